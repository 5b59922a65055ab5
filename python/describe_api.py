"""Print the reference of the names that users may import from `vitest_python`, as Markdown, from their docstrings."""

from __future__ import annotations

from pathlib import Path

import griffe
from griffe import DocstringSectionKind as Kind

HEADER = """# vitest_python

Your modules need none of these names. In a worker you can import them even if this package isn't installed.
"""
PRIVATE = ("_", "PROTOCOL")


def main() -> None:
    package = griffe.load("vitest_python", search_paths=[str(Path(__file__).parent)], docstring_parser="google")
    print(HEADER)
    for name in ("tool", "worker", "JavaScriptError"):
        print(described(name, package[name].final_target))
    print("## Exceptions\n\n" + text_of(package["errors"]))
    for name, member in package["errors"].classes.items():
        if not name.startswith(PRIVATE) and name != "JavaScriptError":
            print(f"### {name}\n\n{text_of(member)}")


def described(name: str, item: griffe.Object) -> str:
    if item.is_attribute:  # `worker` is an object of a private class, which has the text.
        return f"## {name}\n\n" + class_text(name, item.parent["_Worker"])
    title = f"## {name}\n\n"
    return title + (signature(name, item) + text_of(item) if item.is_function else text_of(item))


def class_text(name: str, item: griffe.Object) -> str:
    parts = [text_of(item)]
    for member_name, member in item.members.items():
        if member_name.startswith(PRIVATE):
            continue
        parts.append(f"### {name}.{member_name}\n\n")
        parts.append(signature(f"{name}.{member_name}", member) if member.is_function else f"`{member.annotation}`\n\n")
        parts.append(text_of(member))
    return "".join(parts)


def signature(name: str, function: griffe.Object) -> str:
    parameters = []
    keyword_only = False
    for parameter in function.parameters:
        if parameter.name == "self":
            continue
        if parameter.kind is griffe.ParameterKind.keyword_only and not keyword_only:
            keyword_only = True
            parameters.append("*")
        default = f" = {parameter.default}" if parameter.default is not None else ""
        parameters.append(f"{parameter.name}: {parameter.annotation}{default}")
    return f"```python\n{name}({', '.join(parameters)}) -> {function.returns}\n```\n\n"


def text_of(item: griffe.Object) -> str:
    if item.docstring is None:
        return ""
    return "".join(f"{section_text(section)}\n\n" for section in item.docstring.parsed)


def section_text(section: griffe.DocstringSection) -> str:
    value = section.value
    if section.kind is Kind.text:
        return example_text(str(value))
    if section.kind is Kind.examples:
        return "**Example**\n\n" + "\n\n".join(example_text(str(text)) for _, text in value)
    if section.kind is Kind.admonition:
        return f"**{value.kind.capitalize()}**\n\n" + example_text(str(value.description))
    title = {Kind.parameters: "Parameters", Kind.returns: "Returns", Kind.raises: "Raises"}.get(section.kind)
    rows = [f"- {label(element)}{element.description}".replace("\n", " ") for element in value]
    return f"**{title or section.kind.value.capitalize()}**\n\n" + "\n".join(rows)


def label(element: object) -> str:
    """Return the name of a parameter or attribute, or the class of an exception, and a colon."""
    name = getattr(element, "name", None) or (
        getattr(element, "annotation", None) if isinstance(element, griffe.DocstringRaise) else None
    )
    return f"`{name}`: " if name else ""


def example_text(text: str) -> str:
    """Turn an indented block after `::` into a block of Python or, if it awaits, of TypeScript."""
    lead, mark, code = text.partition("::\n")
    if not mark:
        return text
    lines = code.strip("\n").split("\n")
    width = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    block = "\n".join(line[width:] for line in lines)
    language = "ts" if "await expect" in block else "python"
    return f"{lead.strip()}\n\n```{language}\n{block}\n```".lstrip()


if __name__ == "__main__":
    main()
