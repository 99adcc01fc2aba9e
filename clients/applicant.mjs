// Made-up applicants, and their answers to the questions of a job.

/** The smallest file that is read as a PDF. */
export const pdf = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

/** The candidate of a call that creates one. */
export function applicant(first_name, last_name) {
  return {
    first_name,
    last_name,
    email_address: `${first_name}.${last_name}@example.com`.toLowerCase(),
    phone_number: "+358401234567",
    location: { city: "Helsinki", country: "FI" },
  };
}

/** The open job with the most required questions, of those that a program can answer. */
export function openJob(jobs) {
  const required = (j) => j.screening_questions.filter((q) => q.required).length;
  const usable = jobs.filter((j) => j.status === "OPEN" && j.name && j.stages.length > 0);
  return usable.toSorted((a, b) => required(b) - required(a))[0];
}

/** Answers to all questions of the job, conditional ones included. */
export function answersTo(job) {
  return job.screening_questions
    .map((q) => ({ question_id: q.id, answer: answerTo(q) }))
    .filter((a) => a.answer !== undefined);
}

function answerTo({ format }) {
  switch (format?.type) {
    case "TEXT":
      return text(format);
    case "NUMBER":
      return format.min ?? Math.min(1, format.max ?? 1);
    case "BOOLEAN":
      return true;
    case "SINGLE_SELECT":
      return format.options[0].id;
    case "MULTI_SELECT":
      return format.options.slice(0, 2).map((o) => o.id);
    case "DATE":
      return "2026-12-01";
    case "FILE":
      return file(format);
    default:
      return undefined;
  }
}

function text({ display_type, max_length }) {
  const words = { EMAIL: "someone@example.com", URL: "https://example.com/me" };
  return (words[display_type] ?? "Since 2019, in three teams.").slice(0, max_length ?? undefined);
}

function file({ accepted_mime_types }) {
  const content_type = accepted_mime_types?.[0] ?? "application/pdf";
  return { name: `sample.${content_type.split("/")[1]}`, content_type, data: pdf.toString("base64") };
}
