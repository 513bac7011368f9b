"""Compares requests with the service's own model, as botocore carries it: standard input has them as a JSON list.

Each must be an operation of the model by method and path, with the members that it requires and no others, each within its pattern,
length and list of values. Prints what is wrong, one line each; nothing when all is well.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import botocore.session

loader = botocore.session.get_session().get_component("data_loader")
MODELS = {name: loader.load_service_model(name, "service-2") for name in ("s3control", "ram")}


def operation_of(model, request):
    for name, operation in model["operations"].items():
        uri = operation["http"]["requestUri"]
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", uri.split("?")[0])
        if operation["http"]["method"] == request["method"] and re.fullmatch(pattern, request["path"]):
            return name, operation
    return None, None


def check(model, shape_name, value, place, problems):
    shape = model["shapes"][shape_name]
    kind = shape["type"]
    if kind == "structure":
        known = shape["members"]
        for key, member in value.items():
            if key not in known:
                problems.append(f"{place}: {key} is not in the model")
            else:
                check(model, known[key]["shape"], member, f"{place}.{key}", problems)
        for key in shape.get("required", []):
            if key not in value and known[key].get("location") not in ("uri", "header") and "hostLabel" not in known[key]:
                problems.append(f"{place}: {key} is required")
    elif kind == "list":
        for item in value:
            check(model, shape["member"]["shape"], item, place, problems)
        if not shape.get("min", 0) <= len(value) <= shape.get("max", len(value)):
            problems.append(f"{place}: {len(value)} items")
    elif kind == "string":
        if "enum" in shape and value not in shape["enum"]:
            problems.append(f"{place}: {value} is none of {shape['enum']}")
        # Python knows no classes of Unicode by name; these are as wide.
        pattern = shape.get("pattern", ".*").replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d")
        if not re.search(f"^(?:{pattern})$", value, re.DOTALL):
            problems.append(f"{place}: {value} does not match {shape['pattern']}")
        if not shape.get("min", 0) <= len(value) <= shape.get("max", len(value)):
            problems.append(f"{place}: {value} has {len(value)} characters")
    elif kind == "boolean" and not isinstance(value, bool):
        problems.append(f"{place}: {value} is no boolean")


def from_xml(model, shape_name, element):
    shape = model["shapes"][shape_name]
    if shape["type"] == "structure":
        names = {member.get("locationName", name): (name, member["shape"]) for name, member in shape["members"].items()}
        result = {}
        for child in element:
            tag = child.tag.split("}")[-1]
            name, member = names.get(tag, (tag, None))
            result[name] = child.text if member is None else from_xml(model, member, child)
        return result
    if shape["type"] == "list":
        return [from_xml(model, shape["member"]["shape"], child) for child in element]
    return element.text or ""


def main():
    problems = []
    for request in json.load(sys.stdin):
        model = MODELS[request["service"]]
        name, operation = operation_of(model, request)
        if operation is None:
            problems.append(f"{request['method']} {request['path']} is no operation")
            continue
        shape_name = operation["input"]["shape"]
        members = model["shapes"][shape_name]["members"]
        if request["service"] == "ram":
            value = json.loads(request["body"] or "{}")
        elif request["body"]:
            value = from_xml(model, shape_name, ElementTree.fromstring(request["body"]))
        else:
            value = {}
        places = {member["locationName"]: key for key, member in members.items() if member.get("location") == "querystring"}
        for key, given in request["query"].items():
            if key in places:
                value[places[key]] = given
            elif key != "x-id":
                problems.append(f"{name}: {key} is no query of it")
        check(model, shape_name, value, name, problems)
    print("\n".join(problems), end="")


main()
