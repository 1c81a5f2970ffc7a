import { correction, generate, mode } from 'lean-qr';

/** Rows of modules; true: dark. */
export type Modules = readonly (readonly boolean[])[];

/** ASCII text as a QR code (ISO/IEC 18004) that stands 15 % of damage. Throws of other text. */
export function modulesOf(text: string): Modules {
  const { M } = correction;
  const code = generate(text, { minCorrectionLevel: M, maxCorrectionLevel: M, modes: [mode.ascii] });
  return Array.from({ length: code.size }, (_row, y) =>
    Array.from({ length: code.size }, (_module, x) => code.get(x, y)),
  );
}
