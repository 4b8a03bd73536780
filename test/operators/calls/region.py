"""Regions of images: torchvision's operators, grids."""
from dsl import *

IMAGE = lambda n=2, c=3, h=8, w=9: T(n, c, h, w)
# Image index, left, top, right, bottom.
BOXES = [0, 0.5, 1.0, 6.5, 7.0, 1, 2.0, 0.0, 7.5, 3.0, 0, 3.0, 3.0, 3.5, 3.5]
ROIS = K(V(BOXES, 3, 5), 1)
for scale, h, w in ((1.0, 3, 2), (0.5, 2, 4)):
    for ratio in (1, 2, 3):
        for aligned in (False, True):
            call('torchvision::roi_align', IMAGE(), ROIS, scale, h, w, ratio, aligned)
    call('torchvision::roi_align', IMAGE(), ROIS, scale, h, w, 0, False, options={'grow': False}); call('torchvision::roi_align', IMAGE(), ROIS, scale, h, w, -1, True, options={'grow': False})
    call('torchvision::roi_pool', IMAGE(), ROIS, scale, h, w, options={'only': 1})
    call('torchvision::ps_roi_align', T(2, 3 * h * w, 8, 9), ROIS, scale, h, w, 2, options={'only': 1, 'grow': False})
call('torchvision::roi_align', T(1, 2, 5, 5, dtype='float64'), V(BOXES[:5], 1, 5, dtype='float64'), 1.0, 2, 2, 2, False); call('torchvision::roi_align', IMAGE(), V([], 0, 5), 1.0, 2, 2, 2, False, options={'grow': False})
DETECTIONS = V([0.0, 0.0, 10.0, 10.0, 1.0, 1.0, 11.0, 11.0, 20.0, 20.0, 30.0, 30.0, 0.0, 0.0, 9.0, 10.0, 21.0, 20.0, 30.0, 31.0], 5, 4)
for threshold in (0.3, 0.5, 0.7, 0.95):
    call('torchvision::nms', DETECTIONS, V([0.9, 0.8, 0.3, 0.95, 0.6]), threshold, options={'grow': False})
call('torchvision::nms', V([], 0, 4), V([], 0), 0.5, options={'grow': False})
for groups, offsets in ((1, 1), (2, 1), (1, 2)):
    for mask in (True, False):
        call('torchvision::deform_conv2d', T(2, 4, 6, 7), W(4, 4 // groups, 3, 3), T(2, offsets * 18, 6, 7, lo=-2, hi=2), P(2, offsets * 9, 6, 7, lo=0, hi=1), W(4), 1, 1, 1, 1, 1, 1, groups, offsets, mask, options={'fixed': ('s4', 's18', 's36', 's9'), 'grow': False})
call('torchvision::deform_conv2d', T(2, 4, 7, 8), W(3, 4, 3, 2), T(2, 12, 3, 5, lo=-2, hi=2), P(2, 6, 3, 5, lo=0, hi=1), W(3), 2, 2, 0, 1, 1, 1, 1, 1, True, options={'grow': False})
for mode in (0, 1, 2):
    for padding in (0, 1, 2):
        for corners in (False, True):
            call('grid_sampler_2d', T(2, 3, 5, 6), T(2, 4, 3, 2, lo=-1.3, hi=1.3), mode, padding, corners, options={'fixed': ('s2',)})
            call('_grid_sampler_2d_cpu_fallback', T(2, 3, 5, 6), T(2, 4, 3, 2, lo=-1.3, hi=1.3), mode, padding, corners, options={'fixed': ('s2',)})
