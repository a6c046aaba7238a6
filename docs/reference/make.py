#!/usr/bin/python3
"""Writes docs/reference/api.md: every service, method, message, field and enum
of proto/skontro/v1 with its comments.

    docs/reference/make.py            writes it; ./dev format does so too
    docs/reference/make.py --check    fails if what is there is another

Fails where something has no comment, or a comment refers to what is not there.
Needs protoc (protobuf-compiler) and python3-protobuf.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

try:
    from google.protobuf import descriptor_pb2 as pb
except ImportError:
    print("SKIPPED: install python3-protobuf", file=sys.stderr)
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parents[1] / "proto"
PAGE = HERE / "api.md"
PACKAGE = "skontro.v1"

HEAD = """# Reference of the API

<!-- Written by docs/reference/make.py from proto/skontro/v1: change the comments
there, then run ./dev format. -->

Every service, method, message, field and enum of `skontro.v1`, as the protos
describe them. [docs/api.md](../api.md) is the walk, the rules that hold everywhere,
and the table of errors; a program takes the `.proto` files themselves:
`cmake --install build/release --component protos --prefix DIR` puts them into
`DIR/share/skontro/proto`, and
`cmake --build --preset release --target proto_bundle` makes
`build/release/skontro-protos-VERSION.tar.gz`. A running server also tells them
itself, by gRPC server reflection.
"""

# Numbers of fields in descriptor.proto, which paths of comments are made of.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MESSAGE_FIELD, MESSAGE_MESSAGE, MESSAGE_ENUM, MESSAGE_ONEOF = 2, 3, 4, 8
ENUM_VALUE = SERVICE_METHOD = 2

KIND = pb.FieldDescriptorProto
SCALARS = {number: name.removeprefix("TYPE_").lower()
           for name, number in KIND.Type.items()}


def described():
    """The files of the package, sorted, with the comments of their sources."""
    files = sorted(PROTO.glob("skontro/v1/*.proto"))
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(
            ["protoc", f"-I{PROTO}", "--include_source_info",
             f"--descriptor_set_out={out.name}", *map(str, files)], check=True)
        whole = pb.FileDescriptorSet.FromString(
            pathlib.Path(out.name).read_bytes())
    return sorted(whole.file, key=lambda file: file.name)


class Page:
    """Gathers the text, and what is wrong with the protos."""

    def __init__(self, files):
        self.lines = [HEAD]
        self.problems = []
        self._files = files
        self._anchors = set()
        self._comments = {}

    def write(self):
        for file in self._files:
            for service in file.service:
                self._anchors.add(f"{PACKAGE}.{service.name}")
                self._anchors |= {f"{PACKAGE}.{service.name}.{method.name}"
                                  for method in service.method}
            self._gather(PACKAGE, file.message_type, file.enum_type)
        self._contents()
        self.lines.append("## Services\n")
        for file in self._files:
            self._take_comments(file)
            for index, service in enumerate(file.service):
                self._service(service, (FILE_SERVICE, index))
        self.lines.append("## Messages and enums\n")
        for file in self._files:
            self._take_comments(file)
            self.lines.append(f"### {file.name}\n")
            for index, message in enumerate(file.message_type):
                self._message(PACKAGE, message, (FILE_MESSAGE, index))
            for index, enum in enumerate(file.enum_type):
                self._enum(PACKAGE, enum, (FILE_ENUM, index))
        return "\n".join(self.lines).rstrip() + "\n"

    def _gather(self, scope, messages, enums):
        for enum in enums:
            self._anchors.add(f"{scope}.{enum.name}")
        for message in messages:
            self._anchors.add(f"{scope}.{message.name}")
            self._gather(f"{scope}.{message.name}", message.nested_type,
                         message.enum_type)

    def _contents(self):
        rows = ["| service | methods |", "|---|---|"]
        for file in self._files:
            for service in file.service:
                name = f"{PACKAGE}.{service.name}"
                methods = ", ".join(f"[{method.name}](#{name}.{method.name})"
                                    for method in service.method)
                rows.append(f"| [{service.name}](#{name}) | {methods} |")
        self.lines.append("\n".join(rows) + "\n")

    def _take_comments(self, file):
        self._file = file.name
        self._comments = {
            tuple(location.path): location.leading_comments
            for location in file.source_code_info.location
            if location.leading_comments}

    def _comment(self, path, name, required=True):
        """The comment of an element, its references as links."""
        text = "\n".join(line.removeprefix(" ").rstrip() for line in
                         self._comments.get(path, "").splitlines()).strip()
        if not text and required:
            self.problems.append(f"{self._file}: {name} has no comment")

        def link(match):
            if match[2] not in self._anchors:
                self.problems.append(
                    f"{self._file}: {name} refers to {match[2]}")
            return f"[{match[1]}](#{match[2]})"
        return re.sub(r"\[([\w.]+)\]\s*\[(skontro\.v1[\w.]*)\]", link, text)

    def _heading(self, marks, name, anchor):
        self.lines.append(f'{marks} <a id="{anchor}"></a>{name}\n')

    def _type(self, name):
        """A message or enum, as a link where it is on this page."""
        full = name.removeprefix(".")
        short = full.removeprefix(PACKAGE + ".")
        return f"[{short}](#{full})" if full in self._anchors else f"`{full}`"

    def _service(self, service, path):
        name = f"{PACKAGE}.{service.name}"
        self._heading("###", service.name, name)
        self.lines.append(self._comment(path, name) + "\n")
        for index, method in enumerate(service.method):
            full = f"{name}.{method.name}"
            self._heading("####", f"{service.name}.{method.name}", full)
            takes, gives = (("stream of " if flag else "") + self._type(kind)
                            for flag, kind in (
                                (method.client_streaming, method.input_type),
                                (method.server_streaming, method.output_type)))
            self.lines.append(f"{takes} → {gives}\n")
            self.lines.append(
                self._comment((*path, SERVICE_METHOD, index), full) + "\n")

    def _message(self, scope, message, path):
        name = f"{scope}.{message.name}"
        short = name.removeprefix(PACKAGE + ".")
        maps = {f".{name}.{nested.name}": nested
                for nested in message.nested_type
                if nested.options.map_entry}
        self._heading("####", short, name)
        self.lines.append(self._comment(path, name) + "\n")
        if message.field:
            rows = ["| # | field | type | |", "|---|---|---|---|"]
            for index, field in enumerate(message.field):
                text = self._comment((*path, MESSAGE_FIELD, index),
                                     f"{name}.{field.name}")
                if field.HasField("oneof_index") and not field.proto3_optional:
                    one = message.oneof_decl[field.oneof_index].name
                    text = f"*One of `{one}`.* {text}"
                rows.append(f"| {field.number} | `{field.name}` | "
                            f"{self._field_type(field, maps)} | "
                            f"{cell(text)} |")
            self.lines.append("\n".join(rows) + "\n")
        for index, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                self._message(name, nested, (*path, MESSAGE_MESSAGE, index))
        for index, enum in enumerate(message.enum_type):
            self._enum(name, enum, (*path, MESSAGE_ENUM, index))

    def _field_type(self, field, maps):
        if field.type_name in maps:
            key, value = maps[field.type_name].field
            return (f"map of {self._field_type(key, {})} to "
                    f"{self._field_type(value, {})}")
        kind = (self._type(field.type_name) if field.type_name
                else SCALARS[field.type])
        if field.label == KIND.LABEL_REPEATED:
            return "repeated " + kind
        return "optional " + kind if field.proto3_optional else kind

    def _enum(self, scope, enum, path):
        name = f"{scope}.{enum.name}"
        self._heading("####", name.removeprefix(PACKAGE + "."), name)
        self.lines.append(self._comment(path, name) + "\n")
        rows = ["| # | value | |", "|---|---|---|"]
        for index, value in enumerate(enum.value):
            text = self._comment((*path, ENUM_VALUE, index),
                                 f"{name}.{value.name}")
            rows.append(f"| {value.number} | `{value.name}` | {cell(text)} |")
        self.lines.append("\n".join(rows) + "\n")


def cell(text):
    """A comment on one line, for a table."""
    paragraphs = re.split(r"\n\s*\n", text)
    return "<br><br>".join(" ".join(one.split()) for one in
                           paragraphs).replace("|", "\\|")


def main():
    page = Page(described())
    text = page.write()
    if page.problems:
        sys.exit("\n".join(page.problems))
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.exit("docs/reference/api.md:1: is not what the protos say; "
                     "run ./dev format, or docs/reference/make.py")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
