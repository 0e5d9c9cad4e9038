# escape: 176
# technique: TimeLimit raised by the guest itself: which limit does the result name
# family: jail
# goal: claims
# expect: contained
import immure
raise immure.TimeLimit('not reached')
