/** What a browser calls itself, the first that it names being what it is: all others name those whose pages they can show as well. */
const browsers = [
  [/\bEdg(?:A|iOS)?\/(\d+)/, 'Edge'],
  [/\b(?:OPR|OPT)\/(\d+)/, 'Opera'],
  [/\bSamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* .*\bSafari\//, 'Safari'],
] as const;
const systems = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
] as const;

/** A browser and what it runs on as people name them: `Firefox 128 · Windows`; what is not known stays as it was told (RFC 9110 §10.1.5). */
export function browserOf(userAgent: string): string {
  for (const [sign, name] of browsers) {
    const version = sign.exec(userAgent)?.[1];
    if (version === undefined) continue;
    const system = systems.find(([sign]) => sign.test(userAgent))?.[1];
    return [`${name} ${version}`, system].filter((one) => one !== undefined).join(' · ');
  }
  return userAgent;
}
