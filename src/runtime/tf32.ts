/** What NVIDIA's libraries read. It holds for the whole process. */
const OVERRIDE = 'NVIDIA_TF32_OVERRIDE';
const OFF = '0';

/** TF32 in float32 arithmetic of this process. An engine that was built in one state crashes TensorRT in the other. */
export type Tf32 = 'allowed' | 'kept out';

export function tf32Here(): Tf32 {
  return process.env[OVERRIDE] === OFF ? 'kept out' : 'allowed';
}

/** Keeps TF32 out of float32 arithmetic of this process. */
export function keepTf32Out(): void {
  process.env[OVERRIDE] = OFF;
}
