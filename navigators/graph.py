"""The graph of the ask walk on LangGraph: the steps of `navigators.steps`, joined by `navigators.routes`.

    propose -> choose -> plan <-----------------------+
                          |  \\                        |
              one `judge` per open node               |
                          |                           |
                        gather -> plan                |
                          |                           |
    fall_back --> follow -> read -> write <-> check -> widen
        ^                                    |  |
        +------------ open facets -----------+  conclude

`fall_back` asks all indexes at once: at the start where only that was asked
for, after the last round where both roads were, else where navigation was not
enough.

Importing LangGraph takes half a second: import this module where a question is
asked, not where a command starts.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Protocol

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from navigators import routes
from navigators.state import JudgeTask, Update, Walk, WalkState
from navigators.steps import answer, fall_back, find, follow, narrow

Compiled = CompiledStateGraph[WalkState, Walk, WalkState, WalkState]
_Step = Callable[[WalkState, Walk], Awaitable[Update]]


class _Node(Protocol):
    """A step as LangGraph calls it."""

    def __call__(self, state: WalkState, *, runtime: Runtime[Walk]) -> Awaitable[Update]: ...


def _node(step: _Step) -> _Node:
    async def run(state: WalkState, *, runtime: Runtime[Walk]) -> Update:
        return await step(state, runtime.context)

    return run


async def _judge(state: JudgeTask, *, runtime: Runtime[Walk]) -> Update:
    return await narrow.judge(state, runtime.context)


def _branches(state: WalkState, runtime: Runtime[Walk]) -> list[Send] | str:
    next_ = routes.after_plan(state, runtime.context.question.roads)
    if next_ != "judge":
        return next_
    return [Send("judge", JudgeTask(state.round, node, state.facets)) for node in state.opening]


def _after_check(state: WalkState, runtime: Runtime[Walk]) -> str:
    return routes.after_check(state, runtime.context)


def _at_start(state: WalkState, runtime: Runtime[Walk]) -> str:
    return routes.at_start(runtime.context.question.roads)


def _finding(graph: StateGraph[WalkState, Walk, WalkState, WalkState]) -> None:
    """The steps up to the passages."""
    graph.add_node("propose", _node(find.propose))
    graph.add_node("choose", _node(find.choose))
    graph.add_node("plan", _node(narrow.plan))
    graph.add_node("judge", _judge, input_schema=JudgeTask)
    graph.add_node("gather", _node(narrow.gather))
    graph.add_node("follow", _node(follow.follow))
    graph.add_node("read", _node(answer.read))
    graph.add_node("fall_back", _node(fall_back.fall_back))
    graph.add_conditional_edges(START, _at_start, ["propose", "fall_back"])
    graph.add_edge("propose", "choose")
    graph.add_edge("choose", "plan")
    graph.add_conditional_edges("plan", _branches, ["judge", "fall_back", "follow"])
    graph.add_edge("fall_back", "follow")
    graph.add_edge("judge", "gather")
    graph.add_edge("gather", "plan")
    graph.add_edge("follow", "read")


@cache
def ask_graph() -> Compiled:
    """The whole walk, from question to outcome."""
    graph: StateGraph[WalkState, Walk, WalkState, WalkState] = StateGraph(WalkState, context_schema=Walk)
    _finding(graph)
    graph.add_node("write", _node(answer.write))
    graph.add_node("check", _node(answer.check))
    graph.add_node("widen", _node(answer.widen))
    graph.add_node("conclude", _node(answer.conclude))
    graph.add_edge("read", "write")
    graph.add_edge("write", "check")
    graph.add_conditional_edges("check", _after_check, ["write", "widen", "fall_back", "conclude"])
    graph.add_edge("widen", "plan")
    graph.add_edge("conclude", END)
    return graph.compile()


@cache
def retrieve_graph() -> Compiled:
    """The walk up to the passages, without writing."""
    graph: StateGraph[WalkState, Walk, WalkState, WalkState] = StateGraph(WalkState, context_schema=Walk)
    _finding(graph)
    graph.add_edge("read", END)
    return graph.compile()


async def walk_through(graph: Compiled, start: WalkState, walk: Walk) -> WalkState:
    """Run a graph from a state to its end.

    A round takes three steps (plan, judge, gather), a reading at most eight (plan, follow, read, write, check, write,
    check, widen or fall_back), the ends three; LangGraph wants a limit above what can happen.
    """
    limits = walk.budget.limits
    steps = 3 * limits.rounds + 8 * (limits.widenings + 2) + 20
    values: dict[str, Any] = await graph.ainvoke(start, {"recursion_limit": steps}, context=walk)
    return WalkState(**values)
