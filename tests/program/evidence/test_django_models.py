"""How Django's models are declared: their tables, columns, managers, and the names of what leads back to them."""

from pathlib import Path

import pytest
from tests.program.evidence.flows import analysed, answer

APPS = """
from django.apps import AppConfig
class App(AppConfig):
    name = "app"
    label = "api"
"""
CASES = {
    "to": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    class Meta:
        db_table = "api_keys"
class Pet(models.Model):
    key = models.ForeignKey(to=Key, on_delete=models.CASCADE)
""",
        "Pet.objects.filter(key__status=t).first()",
        "clean",
    ),
    "to text": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    class Meta:
        db_table = "api_keys"
class Pet(models.Model):
    key = models.ForeignKey(to="app.Key", on_delete=models.CASCADE)
""",
        "Pet.objects.filter(key__status=t).first()",
        "clean",
    ),
    "as_manager": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    alive = models.QuerySet.as_manager()
    class Meta:
        db_table = "api_keys"
""",
        "Key.alive.filter(status=t).first()",
        "clean",
    ),
    "as_manager own": (
        """
from django.db import models
class Alive(models.QuerySet):
    def live(self):
        return self.filter(status=1)
class Key(models.Model):
    status = models.CharField(max_length=9)
    alive = Alive.as_manager()
    class Meta:
        db_table = "api_keys"
""",
        "Key.alive.filter(status=t).first()",
        "clean",
    ),
    "from_queryset": (
        """
from django.db import models
class Alive(models.QuerySet):
    pass
class Key(models.Model):
    status = models.CharField(max_length=9)
    alive = models.Manager.from_queryset(Alive)()
    class Meta:
        db_table = "api_keys"
""",
        "Key.alive.filter(status=t).first()",
        "clean",
    ),
    "manager own": (
        """
from django.db import models
class AliveManager(models.Manager):
    pass
class Key(models.Model):
    status = models.CharField(max_length=9)
    alive = AliveManager()
    class Meta:
        db_table = "api_keys"
""",
        "Key.alive.filter(status=t).first()",
        "clean",
    ),
    "no label": (
        """from django.db import models
class Keys(models.Model):
    status = models.CharField(max_length=9)
Key = Keys
""",
        "Key.objects.filter(status=t).first()",
        "TL110",
    ),
    "app_label": (
        """from django.db import models
class Keys(models.Model):
    status = models.CharField(max_length=9)
    class Meta:
        app_label = 'api'
Key = Keys
""",
        "Key.objects.filter(status=t).first()",
        "clean",
    ),
    "proxy": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    class Meta:
        db_table = "api_keys"
class Live(Key):
    class Meta:
        proxy = True
""",
        "Live.objects.filter(status=t).first()",
        "clean",
    ),
    "child": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    class Meta:
        db_table = "api_keys"
class Live(Key):
    more = models.CharField(max_length=9)
""",
        "Live.objects.filter(status=t).first()",
        "clean",
    ),
    "abstract meta": (
        """from django.db import models
class Base(models.Model):
    status = models.CharField(max_length=9)
    class Meta:
        abstract = True
        db_table = 'api_keys'
class Key(Base):
    pass
""",
        "Key.objects.filter(status=t).first()",
        "clean",
    ),
    "schema": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    class Meta:
        db_table = 'public"."api_keys'
""",
        "Key.objects.filter(status=t).first()",
        "clean",
    ),
    "db_column": (
        """
from django.db import models
class Key(models.Model):
    state = models.CharField(max_length=9, db_column='status')
    class Meta:
        db_table = "api_keys"
""",
        "Key.objects.filter(state=t).first()",
        "clean",
    ),
    "db_column other": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9, db_column='state')
    class Meta:
        db_table = "api_keys"
""",
        "Key.objects.filter(status=t).first()",
        "TL111:3",
    ),
    "pk": (
        """
from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9, primary_key=True)
    class Meta:
        db_table = "api_keys"
""",
        "Key.objects.get(pk=t)",
        "clean",
    ),
    "reverse": (
        """from django.db import models
class Tenant(models.Model):
    pass

from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    class Meta:
        db_table = "api_keys"
Key, Own = Tenant, Key
""",
        "Tenant.objects.filter(key__status=t).first()",
        "clean",
    ),
    "related_name": (
        """from django.db import models
class Tenant(models.Model):
    pass

from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name='secrets')
    class Meta:
        db_table = "api_keys"
""",
        "Tenant.objects.filter(secrets__status=t).first()",
        "clean",
    ),
    "reverse set": (
        """from django.db import models
class Tenant(models.Model):
    pass

from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    class Meta:
        db_table = "api_keys"
""",
        "Tenant.objects.get(pk=t).key_set.filter(status=t).first()",
        "clean",
    ),
    "query name": (
        """from django.db import models
class Tenant(models.Model):
    pass

from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name='secrets', related_query_name='secret')
    class Meta:
        db_table = "api_keys"
""",
        "Tenant.objects.filter(secret__status=t).first()",
        "clean",
    ),
    "default related name": (
        """from django.db import models
class Tenant(models.Model):
    pass

from django.db import models
class Key(models.Model):
    status = models.CharField(max_length=9)
    tenant = models.ForeignKey(Tenant, models.CASCADE)
    class Meta:
        default_related_name = 'secrets'
        db_table = "api_keys"
""",
        "Tenant.objects.filter(secrets__status=t).first()",
        "clean",
    ),
}


@pytest.mark.parametrize("title", CASES)
def test_what_a_query_of_it_reads(title: str, tmp_path: Path) -> None:
    models, asked, expected = CASES[title]
    flow = f"from app.models import *\ndef decide(t):\n    return {asked}\n"
    assert answer(analysed(tmp_path, {"app/models.py": models, "app/flow.py": flow}, "status")) == expected


def test_an_app_may_have_a_label_of_its_own(tmp_path: Path) -> None:
    models, asked, _ = CASES["no label"]
    flow = f"from app.models import *\ndef decide(t):\n    return {asked}\n"
    files = {"app/models.py": models, "app/apps.py": APPS, "app/flow.py": flow}
    assert answer(analysed(tmp_path, files, "status")) == "clean"
