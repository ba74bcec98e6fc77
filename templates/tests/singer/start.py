"""Starts a scripted tap: RULES_ARGS holds its name."""

import os
import runpy
import sys

sys.argv[1:] = os.environ["RULES_ARGS"].split()
runpy.run_module("rules.scripted", run_name="__main__", alter_sys=False)
