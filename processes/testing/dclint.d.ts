declare module 'dclint' {
  interface Message {
    readonly rule: string;
    readonly line: number;
    readonly message: string;
  }
  export class DCLinter {
    constructor(config: {
      readonly rules: Readonly<Record<string, 0 | 1 | 2>>;
      readonly quiet: boolean;
      readonly debug: boolean;
      readonly exclude: readonly string[];
    });
    lintFiles(paths: readonly string[], recursive: boolean): { readonly messages: readonly Message[] }[];
  }
}
