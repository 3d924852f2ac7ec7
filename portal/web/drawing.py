"""How templates run: Jinja as it is, without what it asks again at each of the hundred calls of a page (docs/decisions/0018)."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template as JinjaTemplate
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import Macro
from jinja2.utils import _PassArg, internalcode
from markupsafe import Markup, escape
from markupsafe import _escape_inner as _safe  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from types import CodeType

    from jinja2 import Environment as JinjaEnvironment
    from jinja2 import nodes
    from jinja2.compiler import Frame
    from jinja2.environment import TemplateModule

METHODS = frozenset(dir(dict))
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


def put(said: Any) -> str:  # noqa: ANN401 - whatever a template shows
    """Return what stands on the page for something: markup as it is, anything else made safe.

    Jinja's own makes markup of it once more, which copies whole sections of a page as often as macros lie in each other.
    """
    kind = type(said)
    if kind is Markup:
        return said  # type: ignore[no-any-return]
    if kind is str:
        return _safe(said)
    return str(said) if kind is int else escape(said)


class Compiler(CodeGenerator):
    """Jinja's compiler, which lets templates show things by `put`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401 - Jinja's own
        """Write what stands before something that is shown."""
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("put(")


class Template(JinjaTemplate):
    """A template whose module, imported without context, is made once: no template of ours is given globals of its own."""

    @classmethod
    def from_code(
        cls,
        environment: JinjaEnvironment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja's own name
        uptodate: Callable[[], bool] | None = None,
    ) -> JinjaTemplate:
        """Make a template of compiled code, which knows `put`."""
        namespace = {"environment": environment, "__file__": code.co_filename, "put": put}
        exec(code, namespace)  # noqa: S102 - as Jinja itself does, of our own templates
        made = cls._from_namespace(environment, namespace, globals)
        made._uptodate = uptodate  # noqa: SLF001 - as above
        return made

    @internalcode
    def _get_default_module(self, ctx: JinjaContext | None = None) -> TemplateModule:  # noqa: ARG002 - Jinja's signature
        return super()._get_default_module()


class Environment(FlaskEnvironment):
    """Flask's environment with the three above."""

    context_class = Context
    code_generator_class = Compiler
    template_class = Template

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - whatever a template names
        """Return what `obj.attribute` names, as Jinja does; of a plain dict without trying first whether it is a method's name."""
        if type(obj) is dict and attribute not in METHODS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)
