/** The values of string attributes that the ONNX standard lists (onnx/docs/Operators.md), by operator and attribute. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'BitShift.direction': ['LEFT', 'RIGHT'],
  'DepthToSpace.mode': ['DCR', 'CRD'],
  'Gelu.approximate': ['none', 'tanh'],
  'GridSample.mode': ['bilinear', 'linear', 'nearest', 'bicubic', 'cubic'],
  'GridSample.padding_mode': ['zeros', 'border', 'reflection'],
  'NegativeLogLikelihoodLoss.reduction': ['none', 'sum', 'mean'],
  'Pad.mode': ['constant', 'reflect', 'edge', 'wrap'],
  'Resize.coordinate_transformation_mode': [
    'half_pixel',
    'half_pixel_symmetric',
    'pytorch_half_pixel',
    'align_corners',
    'asymmetric',
    'tf_crop_and_resize',
  ],
  'Resize.keep_aspect_ratio_policy': ['stretch', 'not_larger', 'not_smaller'],
  'Resize.mode': ['nearest', 'linear', 'cubic'],
  'Resize.nearest_mode': ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'],
  'RoiAlign.coordinate_transformation_mode': ['half_pixel', 'output_half_pixel'],
  'RoiAlign.mode': ['avg', 'max'],
  'ScatterElements.reduction': ['none', 'add', 'mul', 'min', 'max'],
  'ScatterND.reduction': ['none', 'add', 'mul', 'min', 'max'],
  'SoftmaxCrossEntropyLoss.reduction': ['none', 'sum', 'mean'],
};

const PADDINGS: readonly string[] = ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'];
const DIRECTIONS: readonly string[] = ['forward', 'reverse', 'bidirectional'];

/** What a string attribute of a standard operator may be; undefined where anything goes. */
export function attributeValues(op: string, attribute: string): readonly string[] | undefined {
  if (attribute === 'auto_pad') return PADDINGS;
  if (attribute === 'direction' && op !== 'BitShift') return DIRECTIONS;
  return VALUES[`${op}.${attribute}`];
}
