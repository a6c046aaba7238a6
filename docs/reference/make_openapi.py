#!/usr/bin/python3
"""Writes docs/reference/openapi.json, an OpenAPI 3.1 description of the API over
HTTP, from proto/skontro/v1 and its comments. skontrod serves it as
/openapi.json.

    docs/reference/make_openapi.py            writes it; ./dev format does so too
    docs/reference/make_openapi.py --check    fails if what is there is another

Needs protoc (protobuf-compiler) and python3-protobuf.
"""

import json
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
OUT = HERE / "openapi.json"
PACKAGE = "skontro.v1"

# Numbers of fields in descriptor.proto, which paths of comments are made of.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MESSAGE_FIELD, MESSAGE_MESSAGE, MESSAGE_ENUM = 2, 3, 4
ENUM_VALUE = SERVICE_METHOD = 2

KIND = pb.FieldDescriptorProto

# How Protocol Buffers' JSON writes these, as everybody knows them.
INTEGER_64 = {"type": ["string", "integer"], "format": "int64"}
SCALARS = {
    KIND.TYPE_INT64: INTEGER_64,
    KIND.TYPE_INT32: {"type": "integer", "format": "int32"},
    KIND.TYPE_BOOL: {"type": "boolean"},
    KIND.TYPE_STRING: {"type": "string"},
    KIND.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
}
WELL_KNOWN = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "examples": ["1.500s"]},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "required": ["@type"]},
}

ABOUT = """Every method of Skontro as a POST of JSON, as the Connect protocol has
it (https://connectrpc.com/docs/protocol). The same calls are there over gRPC, with the
same checks, errors and request ids.

Integers of 64 bits are strings in answers; a request may have them as strings or as
numbers, and no digit is lost. A key that comes twice, a name that is no field and a
number with a point or an exponent are refused. Names may be in snake_case in requests."""

ERROR = {
    "type": "object",
    "description": "What a call that failed answers, with the HTTP status of its code.",
    "required": ["code"],
    "properties": {
        "code": {"type": "string", "enum": [
            "canceled", "unknown", "invalid_argument", "deadline_exceeded",
            "not_found", "already_exists", "permission_denied",
            "resource_exhausted", "failed_precondition", "aborted",
            "out_of_range", "unimplemented", "internal", "unavailable",
            "data_loss", "unauthenticated"]},
        "message": {"type": "string"},
        "details": {"type": "array", "items": {
            "type": "object",
            "required": ["type", "value"],
            "properties": {
                "type": {"type": "string",
                         "examples": ["google.rpc.ErrorInfo"]},
                "value": {"type": "string", "contentEncoding": "base64",
                          "description": "The message in binary, without padding."},
                "debug": {"type": "object",
                          "description": "The same to read. ErrorInfo has `reason`, "
                                         "the name of an ErrorReason, and `metadata`."},
            }}},
    },
}


def described():
    """All files, with the comments of their sources."""
    files = sorted(PROTO.glob("skontro/v1/*.proto"))
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(
            ["protoc", f"-I{PROTO}", "--include_source_info", "--include_imports",
             f"--descriptor_set_out={out.name}", *map(str, files)], check=True)
        whole = pb.FileDescriptorSet.FromString(
            pathlib.Path(out.name).read_bytes())
    return sorted(whole.file, key=lambda file: file.name)


def plain(comment):
    """A comment as Markdown: references become names."""
    lines = [line[1:] if line.startswith(" ") else line
             for line in comment.strip("\n").split("\n")]
    text = re.sub(r"\[([^]]+)\]\[[^]]*\]", r"`\1`", "\n".join(lines))
    return text.strip()


def first_sentence(text):
    paragraph = text.split("\n\n")[0].replace("\n", " ")
    return re.split(r"(?<=\.) ", paragraph)[0].rstrip(".")


class Description:
    def __init__(self, files):
        self._comments = {}
        self._schemas = {"connect.Error": ERROR}
        self._paths = {}
        self._tags = []
        for file in files:
            if file.package.startswith("google.protobuf"):
                continue
            comments = {tuple(location.path): plain(location.leading_comments)
                        for location in file.source_code_info.location}
            for i, message in enumerate(file.message_type):
                self._message(file.package, message, comments, (FILE_MESSAGE, i))
            for i, enum in enumerate(file.enum_type):
                self._enum(file.package, enum, comments, (FILE_ENUM, i))
            if file.package == PACKAGE:
                for i, service in enumerate(file.service):
                    self._service(service, comments, (FILE_SERVICE, i))

    def _enum(self, scope, enum, comments, path):
        values = []
        for i, value in enumerate(enum.value):
            said = comments.get((*path, ENUM_VALUE, i), "")
            values.append(f"- `{value.name}`: {said}" if said
                          else f"- `{value.name}`")
        text = comments.get(path, "")
        self._schemas[f"{scope}.{enum.name}"] = {
            "type": "string",
            "description": "\n\n".join(filter(None, [text, "\n".join(values)])),
            "enum": [value.name for value in enum.value]}

    def _message(self, scope, message, comments, path):
        name = f"{scope}.{message.name}"
        maps = {}
        for i, inner in enumerate(message.nested_type):
            if inner.options.map_entry:
                maps[f".{name}.{inner.name}"] = inner
            else:
                self._message(name, inner, comments, (*path, MESSAGE_MESSAGE, i))
        for i, enum in enumerate(message.enum_type):
            self._enum(name, enum, comments, (*path, MESSAGE_ENUM, i))
        schema = {"type": "object"}
        if comments.get(path):
            schema["description"] = comments[path]
        properties = {}
        for i, field in enumerate(message.field):
            one = self._field(field, maps)
            said = comments.get((*path, MESSAGE_FIELD, i), "")
            if field.HasField("oneof_index") and not field.proto3_optional:
                choice = message.oneof_decl[field.oneof_index].name
                said = f"{said}\n\nAt most one of `{choice}` is set.".strip()
            if said:
                one = {**one, "description": said}
            properties[field.json_name] = one
        if properties:
            schema["properties"] = properties
        if message.name.endswith("Request"):
            # A name that is no field is refused.
            schema["additionalProperties"] = False
        self._schemas[name] = schema

    def _field(self, field, maps):
        if field.type_name in maps:
            value = maps[field.type_name].field[1]
            return {"type": "object",
                    "additionalProperties": self._type(value)}
        one = self._type(field)
        if field.label == KIND.LABEL_REPEATED:
            return {"type": "array", "items": one}
        return one

    def _type(self, field):
        if field.type in (KIND.TYPE_MESSAGE, KIND.TYPE_ENUM):
            return self._ref(field.type_name)
        # A type that is not here has no place in the API.
        return dict(SCALARS[field.type])

    @staticmethod
    def _ref(name):
        name = name.lstrip(".")
        if name in WELL_KNOWN:
            return dict(WELL_KNOWN[name])
        return {"$ref": f"#/components/schemas/{name}"}

    def _service(self, service, comments, path):
        self._tags.append({"name": service.name,
                           "description": comments.get(path, "")})
        for i, method in enumerate(service.method):
            if method.client_streaming:
                continue  # Of gRPC alone.
            text = comments.get((*path, SERVICE_METHOD, i), "")
            kind = "application/json"
            if method.server_streaming:
                kind = "application/connect+json"
                text += ("\n\nA stream: each message is behind a byte of flags and "
                         "its length in four bytes; the last one has the flag 2 and "
                         "is `{}`, or `{\"error\": ...}`.")
            self._paths[f"/{PACKAGE}.{service.name}/{method.name}"] = {"post": {
                "operationId": f"{service.name}.{method.name}",
                "tags": [service.name],
                "summary": first_sentence(text),
                "description": text,
                "parameters": [
                    {"$ref": "#/components/parameters/ConnectTimeoutMs"}],
                "requestBody": {"required": True, "content": {
                    kind: {"schema": self._ref(method.input_type)}}},
                "responses": {
                    "200": {"description": "The answer.", "content": {
                        kind: {"schema": self._ref(method.output_type)}}},
                    "default": {"$ref": "#/components/responses/Error"}},
            }}

    def _page(self, path, summary, kind, failure=None):
        responses = {"200": {"description": summary, "content": {
            kind: {"schema": {"type": "object" if "json" in kind else "string"}}}}}
        if failure:
            responses["503"] = {"description": failure}
        self._paths[path] = {"get": {
            "operationId": path.strip("/").replace(".", "_"), "tags": ["Pages"],
            "summary": summary, "security": [], "responses": responses}}

    def document(self):
        self._page("/healthz", "The process listens", "text/plain")
        self._page("/readyz", "Every network is open", "text/plain",
                   "The server opens its networks, or stops.")
        self._page("/metrics", "Numbers for Prometheus", "text/plain")
        self._page("/openapi.json", "This description", "application/json")
        self._tags.append({"name": "Pages", "description": "For machines that "
                                                           "watch the server."})
        return {
            "openapi": "3.1.0",
            "info": {"title": "Skontro", "version": "v1", "description": ABOUT,
                     "license": {"name": "Apache-2.0",
                                 "identifier": "Apache-2.0"}},
            "servers": [{"url": "http://127.0.0.1:7412",
                         "description": "Where skontrod listens unless told "
                                        "otherwise."}],
            "security": [{}, {"bearer": []}],
            "tags": self._tags,
            "paths": dict(sorted(self._paths.items())),
            "components": {
                "schemas": dict(sorted(self._schemas.items())),
                "parameters": {"ConnectTimeoutMs": {
                    "name": "Connect-Timeout-Ms", "in": "header",
                    "description": "The time that the call has.",
                    "schema": {"type": "string", "pattern": "^[0-9]{1,10}$"}}},
                "responses": {"Error": {
                    "description": "The call failed.",
                    "content": {"application/json": {"schema": {
                        "$ref": "#/components/schemas/connect.Error"}}}}},
                "securitySchemes": {"bearer": {
                    "type": "http", "scheme": "bearer",
                    "description": "Passed on as gRPC's `authorization`."}},
            },
        }


def main():
    document = Description(described()).document()
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["--check"]:
        if not OUT.exists() or OUT.read_text() != text:
            sys.exit(f"{OUT.relative_to(HERE.parents[1])}:1: is not what the "
                     "protos say: ./dev format")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        OUT.write_text(text)


if __name__ == "__main__":
    main()
