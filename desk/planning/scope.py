"""Which plans a directive needs: what its scope and its sub-directives imply, and nothing else."""

from desk.contracts.directives import DirectiveScope, Protection, StrategyDirective
from desk.contracts.plans import PlanRole


def expected_roles(directive: StrategyDirective) -> tuple[PlanRole, ...]:
    """List the plans each target of `directive` needs, in the order they are asked for.

    A NEW_TRADE needs all four; its exit only where protection is required or an exit_directive is given. A
    MODIFY needs those whose sub-directive sets something, and routing; what it asks by hand needs none. A
    CLOSE needs routing where it has a routing_directive, and none where it is an emergency.
    """
    match directive.scope:
        case DirectiveScope.NEW_TRADE:
            wants_exit = directive.protection is Protection.REQUIRED or directive.exit_directive is not None
            exits = (PlanRole.EXIT,) if wants_exit else ()
            return (PlanRole.ENTRY, *exits, PlanRole.SIZE, PlanRole.ROUTING)
        case DirectiveScope.MODIFY_EXISTING:
            parts = {
                PlanRole.ENTRY: directive.entry_directive,
                PlanRole.EXIT: directive.exit_directive,
                PlanRole.SIZE: directive.size_directive,
            }
            present = [role for role, part in parts.items() if part is not None and part.model_fields_set]
            return (*present, PlanRole.ROUTING) if present else ()
        case DirectiveScope.CLOSE_EXISTING:
            is_routed = directive.routing_directive is not None and not directive.emergency
            return (PlanRole.ROUTING,) if is_routed else ()
