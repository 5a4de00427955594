/** A file of tests, as the runner sorts it. */
interface TestFile {
  readonly moduleId: string;
  readonly project: { readonly name: string };
}

/**
 * Sorts files project by project, in the order of `projects`: a worker keeps its process and its modules only while the
 * next file is of the same project, so one whose files share modules would otherwise load them again for most of its
 * files. Within a project, what took longest comes first, so that at the end no core waits for another one's file.
 */
export function longestFirst<File extends TestFile>(
  files: readonly File[],
  projects: readonly string[],
  duration: (moduleId: string) => number,
): File[] {
  const place = ({ project }: File) => projects.indexOf(project.name);
  return [...files].sort(
    (a, b) => place(a) - place(b) || duration(b.moduleId) - duration(a.moduleId),
  );
}
