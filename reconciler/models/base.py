from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value: frozen, and nothing in it that its fields do not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
