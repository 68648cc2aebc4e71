"""The summary that the analysis gives, by pandas: prints the seconds of each run.

Usage: pandas_summary.py FILE RUNS
"""

import sys
import time

import pandas as pd


def summary(path):
    table = pd.read_csv(path)
    missing = table.isna().sum()
    distinct = table.nunique()
    numbers = table.select_dtypes("number")
    figures = numbers.describe()
    q1, q3 = figures.loc["25%"], figures.loc["75%"]
    fence = 1.5 * (q3 - q1)
    beyond_fences = ((numbers < q1 - fence) | (numbers > q3 + fence)).sum()
    far_from_mean = ((numbers - figures.loc["mean"]).abs() > 3 * figures.loc["std"]).sum()
    duplicates = table.duplicated().sum()
    return len(table), missing, distinct, figures, beyond_fences, far_from_mean, duplicates


for _ in range(int(sys.argv[2])):
    started = time.perf_counter()
    summary(sys.argv[1])
    print(time.perf_counter() - started)
