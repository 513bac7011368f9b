"""Parses and dumps a template as `aws cloudformation package` does; prints milliseconds: aws_template.py <file>"""

import sys
import time

from awscli.customizations.cloudformation.yamlhelper import yaml_dump, yaml_parse

text = open(sys.argv[1], encoding="utf-8").read()
start = time.perf_counter()
yaml_dump(yaml_parse(text))
print((time.perf_counter() - start) * 1000)
