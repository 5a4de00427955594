import { useState } from 'preact/hooks';
import type { ClientProject } from '../../../src/client.js';
import { here } from '../../address/parameters.js';
import { allZones } from '../../address/zone.js';
import { forgetAnswers, useAsked } from '../../ask/asking.js';
import { lookAtStatus, status } from '../../ask/proof.js';
import { service } from '../../ask/service.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Failure, Given, ShapeRows } from '../../part/given.js';
import { NewProject } from './new-project.js';

/** The projects of the store: create one, choose its reporting zone, and switch between them. */
export function Projects() {
  const signedIn = status.value?.signed_in_to ?? [];
  const scopes = status.value?.key?.scopes;
  const mayOperate = status.value !== undefined && (scopes?.includes('operate') ?? true);
  return (
    <>
      <Bar title="Projects" />
      {signedIn.length > 1 && (
        <Card title="Signed in to">
          <ul class="chips">
            {signedIn.map(({ id, name }) => (
              <li key={id}>
                <a
                  class="button"
                  href={here({ project: String(id) })}
                  aria-current={status.value?.project.id === id ? 'true' : undefined}
                  onClick={() => setTimeout(forgetAnswers)}
                >
                  {name ?? `Project ${id}`}
                </a>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {status.value === undefined ? (
        <div class="shape card" aria-busy="true">
          <span class="unseen">Loading</span>
          <ShapeRows />
        </div>
      ) : !mayOperate ? (
        <section class="card empty" aria-label="Projects">
          <p>
            This key is of project {status.value.project.id}
            {status.value.project.name !== null && `, ${status.value.project.name}`}. Managing
            projects needs a key with the scope <code>operate</code>.
          </p>
          <p class="faint">
            Create one with <code>runfold keys create --scope read --scope operate</code>. To see
            another project too, sign in with a key of that project.
          </p>
        </section>
      ) : (
        <AllProjects />
      )}
    </>
  );
}

function AllProjects() {
  const asked = useAsked('projects', {}, () => service.listProjects());
  const [fault, setFault] = useState<unknown>();
  const setZone = async ({ id }: Pick<ClientProject, 'id'>, time_zone: string | null) => {
    setFault(undefined);
    try {
      await service.changeProject({ id, time_zone });
      await lookAtStatus();
      asked.again();
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <>
      <NewProject again={asked.again} />
      <Card title="Projects of this store">
        {fault !== undefined && <Failure error={fault} />}
        <Given asked={asked}>
          {(projects) => (
            <DataTable
              label="Projects"
              rows={projects}
              keyOf={({ id }) => String(id)}
              columns={[
                { key: 'id', head: 'Number', cell: ({ id }) => id },
                { key: 'name', head: 'Project', cell: ({ name }) => name ?? 'not created' },
                {
                  key: 'zone',
                  head: 'Time zone',
                  cell: (project) => (
                    <select
                      aria-label={`Time zone of ${project.name ?? project.id}`}
                      disabled={project.name === null}
                      value={project.time_zone ?? ''}
                      onChange={({ currentTarget: { value } }) =>
                        void setZone(project, value === '' ? null : value)
                      }
                    >
                      <option value="">Each reader’s own zone</option>
                      {[...new Set([...allZones(), project.time_zone ?? 'UTC'])].map((name) => (
                        <option key={name} value={name}>
                          {name}
                        </option>
                      ))}
                    </select>
                  ),
                },
                {
                  key: 'made',
                  head: 'Created',
                  isWide: true,
                  cell: ({ created_at }) =>
                    created_at !== null && (
                      <span title={exactMoment(created_at)}>{moment(created_at)}</span>
                    ),
                },
              ]}
            />
          )}
        </Given>
      </Card>
    </>
  );
}
