"""Packs a directory as `aws cloudformation package` does: aws_pack.py <directory> <zip>"""

import shutil
import sys

from awscli.customizations.cloudformation.artifact_exporter import zip_folder

with zip_folder(sys.argv[1]) as made:
    shutil.move(made, sys.argv[2])
