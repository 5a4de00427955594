import { Job, Queue } from 'bullmq';
import { EventJob, SpanJob } from './job.js';

/**
 * A job that stores its columns in Redis as packed JSON, not as a string within JSON. As a string,
 * each of its thousands of quotes would be escaped, sent, stored and read again.
 */
class PackedJob extends Job {
  override asJSON() {
    const { data } = this;
    if (!(data instanceof EventJob || data instanceof SpanJob)) return super.asJSON();
    // BullMQ would serialise all of it as JSON once more.
    this.data = undefined;
    const json = super.asJSON();
    this.data = data;
    return { ...json, data: data.packed() };
  }
}

/** BullMQ's queue on Redis for our jobs. */
export class EventQueue extends Queue {
  protected override get Job() {
    return PackedJob as typeof Job;
  }
}
