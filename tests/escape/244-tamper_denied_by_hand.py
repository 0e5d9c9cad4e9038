# escape: 244
# technique: JailDenied raised by the guest itself: the result says denied, and nothing was
# family: tamper
# goal: claims
# expect: contained
import immure
raise immure.JailDenied('nothing was refused')
