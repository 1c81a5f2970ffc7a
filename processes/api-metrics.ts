import { Counter, type Registry } from 'prom-client';

/** Counts answers by status: of 401, 403 and 429 an alarm is made, and of those that are 500 or more. */
export function countAnswers(metrics: Registry): (status: number) => void {
  const answers = new Counter({
    name: 'homeline_api_answers_total',
    help: 'Answers of the API, by status',
    labelNames: ['status'],
    registers: [metrics],
  });
  return (status) => answers.inc({ status });
}
