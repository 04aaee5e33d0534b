from pydantic import BaseModel


class BaseSettings(BaseModel):
    pass
