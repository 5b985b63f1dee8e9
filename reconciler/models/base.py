from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value: frozen, and nothing in it that its fields do not name.

    What does not fit is not repeated in errors: it may be a secret in the wrong place.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        hide_input_in_errors=True,
        # No command uses all models; what it does not use costs nothing when it starts.
        defer_build=True,
    )
