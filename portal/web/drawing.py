"""How templates run: Jinja as it is, without what it asks again at each of the hundred calls of a page."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template as JinjaTemplate
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import Macro
from jinja2.utils import _PassArg, internalcode

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule

SCOPES = ("_block_vars", "_loop_vars")


class Context(JinjaContext):
    """What a template knows. Macros and plain functions, nearly all that a page calls, are called without being examined first."""

    @internalcode
    def call(self, called: Any, /, *args: Any, **facts: Any) -> Any:  # noqa: ANN401 - whatever a template calls
        """Call what a template names, with the autoescaping of the moment where it asks for that."""
        pass_arg: _PassArg | None
        if type(called) is Macro:
            pass_arg = _PassArg.eval_context
        elif type(called) is FunctionType:
            pass_arg = called.__dict__.get("jinja_pass_arg")
        else:
            return super().call(called, *args, **facts)
        if pass_arg is _PassArg.eval_context:
            args = (self.eval_ctx, *args)
        elif pass_arg is not None:
            return super().call(called, *args, **facts)
        for scope in SCOPES:
            facts.pop(scope, None)
        return called(*args, **facts)


class Template(JinjaTemplate):
    """A template whose module, imported without context, is made once: no template of ours is given globals of its own."""

    @internalcode
    def _get_default_module(self, ctx: JinjaContext | None = None) -> TemplateModule:  # noqa: ARG002 - Jinja's signature
        return super()._get_default_module()


class Environment(FlaskEnvironment):
    """Flask's environment with the two above."""

    context_class = Context
    template_class = Template
