/** What is counted; 'later': the work was not ready to be done, e.g. the gateway has not said. */
export interface Meter {
  worked(topic: string, end: 'done' | 'failed' | 'later'): void;
}

export const noMeter: Meter = { worked: () => undefined };
