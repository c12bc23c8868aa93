"""A trace as text: one paragraph for each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..tables import in_bytes
from .record import Numbers, Outgoing, Rule, Step, calls_around

LONGEST = 8  # a rule of more lines is named by its place
FEW = 12  # a tensor of more elements is shown by its statistics


def written(trace: Any) -> str:
    """The whole trace."""
    leaves = sum(step.is_leaf for step in trace)
    head = (
        f"Backward in {counted(len(trace), 'step')}: "
        f"{counted(len(trace) - leaves, 'operation')}, {counted(leaves, 'leaf')}. "
        f"The graph holds {in_bytes(trace.held)} for it."
    )
    return "\n\n".join([head, *("\n".join(lines(trace, step)) for step in trace)])


def lines(trace: Any, step: Step) -> list[str]:
    """The lines of one step."""
    where = path(trace, step)
    if step.is_leaf:
        title = f"Step {step.number}: leaf {step.name}"
    else:
        about = step.text.replace("``", "").rstrip(".")
        title = f"Step {step.number}: {step.name}" + (f", {about}" if about else "")
    found = [title]
    if where:
        found.append(f"  of   {where}")
    if step.line is not None:
        found.append(f"  line {step.line.file}:{step.line.number}  {step.line.code}")
    if step.value is not None:
        variable = f"{step.variable} " if step.variable else ""
        found.append(f"  is   {variable}{described(step.value)}")
    for place, numbers in enumerate(step.incoming):
        which = f"result {place} " if len(step.incoming) > 1 else ""
        found.append(f"  in   {which}{'nothing' if numbers is None else described(numbers)}")
    if adds_up(trace, step):
        senders = list(dict.fromkeys(step.sources))
        steps = f"step{'s' if len(senders) > 1 else ''} {listed(senders)}"
        found.append(f"       {len(step.sources)} gradients, of {steps}, added up")
    for kept in step.kept:
        name = f"{kept.name} = {kept.variable}" if kept.variable else kept.name
        found.append(f"  keeps {name} {described(kept.numbers)}")
    if step.values:
        plain = (f"{name} = {value}" for name, value in step.values.items())
        found.append(f"  with {', '.join(plain)}")
    for rule in step.rules:
        found += rule_lines(rule)
    for out in step.outgoing:
        found += out_lines(trace, out)
    if step.freed:
        found.append(f"  frees {in_bytes(step.freed)}; {in_bytes(step.held)} held")
    return found


def adds_up(trace: Any, step: Step) -> bool:
    """Whether several gradients arrive for one result of this step."""
    sent = (out for number in step.sources for out in trace[number - 1].outgoing)
    return any(out.target == step.number and out.of > 1 for out in sent)


def rule_lines(rule: Rule) -> list[str]:
    """A rule: in one line, as its source, or where it stands if it is long."""
    if rule.formula is not None:
        return [f"  rule {rule.formula}"]
    source = rule.source.splitlines()
    if 0 < len(source) <= LONGEST:
        return [f"  rule {source[0]}", *(f"       {line}" for line in source[1:])]
    return [f"  rule at {rule.where}"] if rule.where else []


def out_lines(trace: Any, out: Outgoing) -> list[str]:
    """What goes to an argument."""
    target = trace[out.target - 1]
    arrow = f"-> step {target.number}, {target.name}"
    if out.of > 1:
        arrow += f" ({out.place} of {out.of} that add up)"
    done = []
    if out.summed:
        dims = "dimension" if len(out.summed) == 1 else "dimensions"
        done.append(f"broadcasting undone, sum over {dims} {listed(out.summed)}")
    if out.said.dtype != out.arrives.dtype:
        done.append(f"from {out.said.dtype} to {out.arrives.dtype}")
    if not done:
        return [f"  out  {out.argument} {described(out.arrives)}  {arrow}"]
    return [
        f"  out  {out.argument} {described(out.said)}",
        f"       {'; '.join(done)}: {described(out.arrives)}  {arrow}",
    ]


def described(numbers: Numbers) -> str:
    """The shape, and the values or the statistics."""
    shape = str(numbers.shape)
    if numbers.count() <= FEW:
        return f"{shape}  {values(numbers.values)}"
    told = [item for item in numbers.statistics.items() if item not in (("nan", 0), ("inf", 0))]
    return f"{shape}  " + ", ".join(f"{name} {number(value)}" for name, value in told)


def values(value: Any) -> str:
    """Nested lists of numbers, four digits each."""
    if isinstance(value, list):
        return "[" + ", ".join(values(item) for item in value) + "]"
    return number(value)


def number(value: Any) -> str:
    """Four digits of a number."""
    return str(value) if isinstance(value, bool) else f"{value:.4g}"


def path(trace: Any, step: Step) -> str:
    """The modules that the step is in, the outermost first."""
    inside = [trace.groups[index] for index in calls_around(trace.groups, step.group)]
    return " / ".join(g.name if g.name == g.kind else f"{g.name}: {g.kind}" for g in inside)


def counted(count: int, noun: str) -> str:
    """``1 leaf``, ``2 leaves``."""
    plural = {"leaf": "leaves"}.get(noun, noun + "s")
    return f"{count} {noun if count == 1 else plural}"


def listed(items: Sequence[Any]) -> str:
    """``1, 2 and 3``."""
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last
