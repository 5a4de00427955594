-- What: adds an index on runs by session and start.
-- Why: the totals of a session read all of its runs to find its first agent, and a page of its runs read other sessions' runs.
-- Time on a large log: about two seconds per 100,000 runs.
-- Locks: run, against writers, while the index is built.
CREATE INDEX "run_session_id" ON "runfold_internal"."run" USING btree ("project","session_id",((timestamp 'epoch' + started_at_us * interval '1 microsecond') at time zone 'UTC'),"run_id");
