"""How templates run: Jinja as it is, without what it asks again at each of the hundred calls of a page (docs/decisions/0018)."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import pass_eval_context
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import Macro
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import MutableMapping

METHODS = frozenset(dir(dict))
MARK = "jinja_pass_arg"  # where Jinja's decorators note what a function is handed first
AUTOESCAPING = vars(pass_eval_context(lambda _moment: None))[MARK]
SCOPES = ("_block_vars", "_loop_vars")  # what a compiled template adds to the facts of a call in a loop or a block


class Context(JinjaContext):
    """What a template knows. Macros and plain functions, nearly all that a page calls, are called without being examined first."""

    def call(self, called: Any, /, *args: Any, **facts: Any) -> Any:  # noqa: ANN401 - whatever a template calls
        """Call what a template names, with the autoescaping of the moment where it asks for that."""
        if type(called) is Macro:
            wants = AUTOESCAPING
        elif type(called) is FunctionType:
            wants = called.__dict__.get(MARK)
        else:
            return super().call(called, *args, **facts)
        if wants is AUTOESCAPING:
            args = (self.eval_ctx, *args)
        elif wants is not None:
            return super().call(called, *args, **facts)
        for scope in SCOPES:
            facts.pop(scope, None)
        return called(*args, **facts)


class Compiler(CodeGenerator):
    """Jinja's compiler, which lets templates show things by `Environment.put` where they would escape them."""

    def write(self, x: str) -> None:
        """Write a piece of the compiled template."""
        super().write("environment.put(" if x == "escape(" else x)


class Environment(FlaskEnvironment):
    """Flask's environment with the two above. No template of ours is given globals of its own."""

    context_class = Context
    code_generator_class = Compiler

    @staticmethod
    def put(said: Any) -> str:  # noqa: ANN401 - whatever a template shows
        """Return what stands on the page for something: markup as it is, anything else made safe.

        Jinja's own makes markup of it once more, which copies whole sections of a page as often as macros lie in each other.
        """
        kind = type(said)
        if kind is Markup:
            return said  # type: ignore[no-any-return] # the line above says that it is
        return str(said) if kind is int else escape(said)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what every template knows: the environment's own, past the chain that Jinja would look through name by name."""
        return super().make_globals(d) if d else self.globals

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - whatever a template names
        """Return what `obj.attribute` names, as Jinja does; of a plain dict without trying first whether it is a method's name."""
        if type(obj) is dict and attribute not in METHODS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)
