from fastapi import APIRoute, APIRouter
