/** What the totals are of, by the name of their table. */
export const totalsWords: Readonly<Record<string, string>> = {
  run: 'Runs',
  session: 'Sessions',
  session_user: 'Users of sessions',
  run_label: 'Labels of runs',
  model_usage: 'Models by quarter of an hour',
  model_usage_hour: 'Models by hour',
  tool_usage: 'Tools by quarter of an hour',
  tool_usage_hour: 'Tools by hour',
  run_usage: 'Ended runs by quarter of an hour',
  run_usage_hour: 'Ended runs by hour',
  user_usage: 'Users by quarter of an hour',
  label_usage: 'Labels by quarter of an hour',
  label_usage_hour: 'Labels by hour',
  latency: 'Times by quarter of an hour',
  latency_day: 'Times by day',
};
