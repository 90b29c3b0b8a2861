"""Settings of an installation, read once from the environment (prefix ``BAMAI_``)."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_FOLDER = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """What an operator may set; names are stable (see README)."""

    model_config = SettingsConfigDict(env_prefix="BAMAI_", extra="ignore")

    database_url: str = f"sqlite:///{PROJECT_FOLDER / 'data' / 'bamai.db'}"
    snapshots: str = str(PROJECT_FOLDER / "data" / "published")
    cookie_key: SecretStr | None = None
    env: Literal["demo", "production"] = "production"
    snapshots_kept: int = 5
    pptx_template: Path | None = None

    @property
    def is_demo(self) -> bool:
        """Whether demo accounts may exist and the login page may show them."""
        return self.env == "demo"

    @property
    def snapshot_folder(self) -> Path:
        """Folder of published snapshots, one DuckDB file per data version."""
        return Path(self.snapshots)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process; tests call ``settings.cache_clear()`` after changing them."""
    return Settings()
