/** What was typed into the fields of a form, by their names; none is nothing. */
export function typedIn(form: EventTarget | null): (name: string) => string {
  const typed = new FormData(form as HTMLFormElement);
  return (name) => {
    const value = typed.get(name);
    return typeof value === 'string' ? value : '';
  };
}
