"""Show the orders that are not over."""

from desk.ui.panes.table_pane import TablePane
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.orders import orders_table
from desk.ui.viewmodels.table import Table


class OrdersPane(TablePane):
    """Show the orders that are not over."""

    name_of_pane = "orders"
    title = "Orders"

    def table_of(self, frame: Frame) -> Table:
        """Return the table to draw."""
        return orders_table(frame)
