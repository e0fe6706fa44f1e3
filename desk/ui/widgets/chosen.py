"""What a click on a hint or a tab asks for."""

from textual.message import Message


class Chosen(Message):
    """Tell which action was clicked."""

    def __init__(self, action_id: str) -> None:
        super().__init__()
        self.action_id = action_id
