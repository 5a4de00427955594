import { Job, Queue } from 'bullmq';
import { EventJob, SpanJob } from './job.js';

/**
 * A job that goes to Redis with its columns as they were packed: as the JSON they are, not as a text
 * within JSON, where each of their thousands of quotes would be escaped, sent, kept and read again.
 */
class PackedJob extends Job {
  override asJSON() {
    const { data } = this;
    if (!(data instanceof EventJob || data instanceof SpanJob)) return super.asJSON();
    // BullMQ would write all of it as JSON once more.
    this.data = undefined;
    const json = super.asJSON();
    this.data = data;
    const { v, project } = data;
    const body = data instanceof SpanJob ? `"spans":${data.spans}` : `"columns":${data.columns}`;
    return { ...json, data: `{"v":${v},"project":${project},${body}}` };
  }
}

/** BullMQ's queue on Redis, for jobs of ours. */
export class EventQueue extends Queue {
  protected override get Job() {
    return PackedJob as typeof Job;
  }
}
