// The vendor's own SDK against the sandbox, with its built-in validation of requests
// and responses: what it accepts, Kombo's clients accept.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";

import { HTTPClient, Kombo } from "@kombo-api/sdk";
import { KomboAtsError, KomboGeneralError, ResponseValidationError } from "@kombo-api/sdk/models/errors";

import { startSandbox } from "./binary.mjs";
import { answersTo, applicant, openJob, pdf } from "./applicant.mjs";

let sandbox;
let kombo;
const called = new Set();

/** An SDK client that records "METHOD /path" of its requests, with ids left out. */
function sdk(options) {
  const http = new HTTPClient();
  http.addHook("beforeRequest", (request) => {
    const path = new URL(request.url).pathname.replace(/^\/v1/, "");
    const shape = path.replace(/^(\/ats\/(?:applications|candidates|jobs)\/)[^/]+/, "$1{id}");
    called.add(`${request.method} ${shape.replace(/^(\/integrations\/).+/, "$1{id}")}`);
  });
  return new Kombo({
    api_key: sandbox.apiKey,
    integration_id: sandbox.integrationID,
    server_url: sandbox.baseURL,
    http_client: http,
    ...options,
  });
}

/** Every record of a list, page by page. */
async function all(pages) {
  const rows = [];
  for await (const page of await pages) rows.push(...page.result.data.results);
  return rows;
}

const one = async (pages) => {
  const rows = await all(pages);
  assert.equal(rows.length, 1);
  return rows[0];
};

const pending = () => all(kombo.ats.getApplications({ outcomes: ["PENDING"], page_size: 250 }));

/** An undecided application whose job is open and has a stage to move to. */
async function movable() {
  const jobs = new Map((await all(kombo.ats.getJobs({ statuses: ["OPEN"], page_size: 250 }))).map((j) => [j.id, j]));
  for (const application of await pending()) {
    const stages = jobs.get(application.job?.id)?.stages ?? [];
    const other = stages.find((s) => s.id !== application.current_stage?.id);
    if (other && application.candidate) return { application, stage: other, job: jobs.get(application.job.id) };
  }
  throw new Error("no undecided application on an open job");
}

const code = (wanted) => (error) => {
  assert.ok(error instanceof KomboAtsError, String(error));
  assert.equal(error.error.code, wanted);
  return true;
};

before(async () => {
  sandbox = await startSandbox();
  kombo = sdk();
});
after(() => sandbox?.stop());

describe("general", () => {
  test("the SDK's validation is on: a wrong response is refused", async () => {
    const server = createServer((_, res) => {
      res.setHeader("Content-Type", "application/json");
      res.end(JSON.stringify({ status: "success", data: { results: [{ id: 7 }], next: null } }));
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const wrong = sdk({ server_url: `http://127.0.0.1:${server.address().port}/v1` });
    await assert.rejects(all(wrong.ats.getTags()), ResponseValidationError);
    server.close();
    server.closeAllConnections();
  });

  test("checkApiKey returns the environment", async () => {
    const { data } = await kombo.general.checkApiKey();
    assert.ok(data.environment_id);
  });

  test("getIntegrationDetails describes the integration with what it can read and write", async () => {
    const { data } = await kombo.general.getIntegrationDetails({ integration_id: sandbox.integrationID });
    assert.equal(data.id, sandbox.integrationID);
    assert.equal(data.category, "ATS");
    assert.equal(data.status, "ACTIVE");
    assert.ok(data.read_models.some((m) => m.id === "ats_applications" && m.is_available));
  });

  test("a wrong key is refused", async () => {
    await assert.rejects(sdk({ api_key: "ks_prod_wrong" }).general.checkApiKey(), (error) => {
      assert.ok(error instanceof KomboGeneralError);
      assert.equal(error.error.code, "PLATFORM.AUTHENTICATION_INVALID");
      assert.equal(error.statusCode, 401);
      return true;
    });
  });

  test("an unknown integration is refused", async () => {
    await assert.rejects(
      all(sdk({ integration_id: "greenhouse:aaaaaaaaaaaaaaaaaaaaaaaa" }).ats.getTags()),
      code("PLATFORM.INTEGRATION_NOT_FOUND"),
    );
  });
});

describe("the ten lists", () => {
  const lists = {
    getApplications: 200,
    getCandidates: 100,
    getJobs: 5,
    getInterviews: 20,
    getOffers: 5,
    getUsers: 5,
    getRoles: 2,
    getTags: 2,
    getApplicationStages: 3,
    getRejectionReasons: 3,
  };
  for (const [name, least] of Object.entries(lists)) {
    test(`${name}: small pages have the records of pages of 250, each once`, async () => {
      const walk = (await all(kombo.ats[name]({ page_size: 250 }))).map((r) => r.id);
      assert.ok(walk.length >= least, `${walk.length} records`);
      assert.equal(new Set(walk).size, walk.length);
      const few = walk.length > 100 ? 50 : 7;
      const small = (await all(kombo.ats[name]({ page_size: few }))).map((r) => r.id);
      assert.deepEqual(small.toSorted(), walk.toSorted());
    });

    test(`${name}: ids, updated_after and include_deleted filter`, async () => {
      const walk = await all(kombo.ats[name]({ page_size: 250 }));
      const [a, b] = walk;
      const ids = (await all(kombo.ats[name]({ ids: [a.id, b.id] }))).map((r) => r.id);
      assert.deepEqual(ids.toSorted(), [a.id, b.id].toSorted());
      assert.deepEqual(await all(kombo.ats[name]({ updated_after: new Date("2027-01-01T00:00:00Z") })), []);
      const withDeleted = await all(kombo.ats[name]({ include_deleted: true, page_size: 250 }));
      assert.ok(withDeleted.length >= walk.length);
      assert.ok(walk.every((r) => r.remote_deleted_at === null));
    });
  }

  test("a page size of 251 is refused", async () => {
    await assert.rejects(all(kombo.ats.getTags({ page_size: 251 })), code("PLATFORM.INPUT_INVALID"));
  });

  test("applications by outcome, job and stage", async () => {
    const { application, job } = await movable();
    const rows = await all(
      kombo.ats.getApplications({
        outcomes: ["PENDING"],
        job_ids: [job.id],
        current_stage_ids: [application.current_stage.id],
      }),
    );
    assert.ok(rows.some((r) => r.id === application.id));
    for (const r of rows) {
      assert.equal(r.outcome, "PENDING");
      assert.equal(r.job.id, job.id);
      assert.equal(r.current_stage.id, application.current_stage.id);
    }
  });

  test("candidates by e-mail, in any case", async () => {
    const someone = (await all(kombo.ats.getCandidates({ page_size: 250 }))).find((c) => c.email_addresses?.length);
    const email = someone.email_addresses[0].email_address;
    const rows = await all(kombo.ats.getCandidates({ email: email.toUpperCase() }));
    assert.ok(rows.some((r) => r.id === someone.id));
  });

  test("jobs by status and words of the name", async () => {
    const job = openJob(await all(kombo.ats.getJobs({ statuses: ["OPEN"], page_size: 250 })));
    const word = job.name.split(" ")[0];
    const rows = await all(kombo.ats.getJobs({ statuses: ["OPEN"], name_contains: word, page_size: 250 }));
    assert.ok(rows.some((r) => r.id === job.id));
    assert.ok(rows.every((r) => r.status === "OPEN" && r.name.toLowerCase().includes(word.toLowerCase())));
  });

  test("users by e-mail, roles by scope, interviews by job", async () => {
    const user = (await all(kombo.ats.getUsers({ page_size: 250 }))).find((u) => u.email);
    assert.equal((await one(kombo.ats.getUsers({ emails: [user.email] }))).id, user.id);
    const roles = await all(kombo.ats.getRoles({ scopes: ["JOB"] }));
    assert.ok(roles.length > 0 && roles.every((r) => r.scope === "JOB"));
    const interview = (await all(kombo.ats.getInterviews({ page_size: 250 }))).find((i) => i.application?.job);
    const rows = await all(kombo.ats.getInterviews({ job_ids: [interview.application.job.id], page_size: 250 }));
    assert.ok(rows.some((r) => r.id === interview.id));
  });
});

describe("writes on an application", () => {
  test("a move shows in the next read; a stage of another job is refused", async () => {
    const { application, stage } = await movable();
    const { status } = await kombo.ats.moveApplicationToStage({ application_id: application.id, body: { stage_id: stage.id } });
    assert.equal(status, "success");
    const moved = await one(kombo.ats.getApplications({ ids: [application.id] }));
    assert.equal(moved.current_stage.id, stage.id);
    await assert.rejects(
      kombo.ats.moveApplicationToStage({ application_id: application.id, body: { stage_id: "nosuchstage" } }),
      KomboAtsError,
    );
  });

  test("a rejection needs a known reason and then shows as DECLINED", async () => {
    const { application } = await movable();
    const [reason] = await all(kombo.ats.getRejectionReasons());
    await assert.rejects(
      kombo.ats.rejectApplication({ application_id: application.id, body: { rejection_reason_id: "nosuchreason" } }),
      KomboAtsError,
    );
    await kombo.ats.rejectApplication({
      application_id: application.id,
      body: { rejection_reason_id: reason.id, note: "Met in the second round." },
    });
    const rejected = await one(kombo.ats.getApplications({ ids: [application.id] }));
    assert.equal(rejected.outcome, "DECLINED");
    assert.equal(rejected.rejection_reason_name, reason.name);
    assert.ok(rejected.rejected_at instanceof Date);
  });

  test("a note and a result link are accepted, with remote_fields", async () => {
    const { application } = await movable();
    const note = await kombo.ats.addApplicationNote({
      application_id: application.id,
      body: {
        content: "Speaks Finnish.",
        content_type: "PLAIN_TEXT",
        remote_fields: { greenhouse: { visibility: "private", post_headers: { on_behalf_of: "4711" } } },
      },
    });
    assert.deepEqual(note.data, {});
    const link = await kombo.ats.addApplicationResultLink({
      application_id: application.id,
      body: {
        label: "Coding test",
        url: "https://example.com/results/1",
        details: { custom_field_name_prefix: "Acme:", attributes: [{ key: "Score", value: "87" }] },
      },
    });
    assert.equal(link.status, "success");
  });

  test("an attachment is listed afterwards, and its download is unchanged", async () => {
    const { application } = await movable();
    await kombo.ats.addApplicationAttachment({
      application_id: application.id,
      body: { attachment: { name: "portfolio.pdf", type: "OTHER", content_type: "application/pdf", data: pdf.toString("base64") } },
    });
    const { data } = await kombo.ats.getApplicationAttachments({ application_id: application.id });
    const file = data.results.find((f) => f.file_name === "portfolio.pdf");
    assert.equal(file.type, "OTHER");
    const response = await fetch(file.data_url);
    assert.equal(response.status, 200);
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(pdf));
  });

  test("an attachment with both data and address is refused", async () => {
    const { application } = await movable();
    await assert.rejects(
      kombo.ats.addApplicationAttachment({
        application_id: application.id,
        body: {
          attachment: {
            name: "cv.pdf", type: "CV", content_type: "application/pdf",
            data: pdf.toString("base64"), data_url: "https://example.com/cv.pdf",
          },
        },
      }),
      code("PLATFORM.INPUT_INVALID"),
    );
  });
});

describe("writes on a candidate", () => {
  const someone = async () => (await movable()).application.candidate.id;

  test("a tag is added and removed", async () => {
    const candidate_id = await someone();
    const tags = async () => (await one(kombo.ats.getCandidates({ ids: [candidate_id] }))).tags.map((t) => t.name);
    const body = { tag: { name: "Speaks Finnish" } };
    await kombo.ats.addCandidateTag({ candidate_id, body });
    assert.ok((await tags()).includes("Speaks Finnish"));
    assert.ok((await all(kombo.ats.getTags({ page_size: 250 }))).some((t) => t.name === "Speaks Finnish"));
    await kombo.ats.removeCandidateTag({ candidate_id, body });
    assert.ok(!(await tags()).includes("Speaks Finnish"));
    assert.equal((await kombo.ats.removeCandidateTag({ candidate_id, body })).status, "success");
  });

  test("an attachment and a result link are accepted", async () => {
    const candidate_id = await someone();
    await kombo.ats.addCandidateAttachment({
      candidate_id,
      body: { attachment: { name: "letter.pdf", type: "COVER_LETTER", content_type: "application/pdf", data: pdf.toString("base64") } },
    });
    const { data } = await kombo.ats.getCandidateAttachments({ candidate_id });
    const letter = data.results.find((f) => f.file_name === "letter.pdf");
    assert.equal(letter.candidate_id, candidate_id);
    const link = await kombo.ats.addCandidateResultLink({
      candidate_id,
      body: { label: "Profile", url: "https://example.com/profile/1" },
    });
    assert.equal(link.status, "success");
  });
});

describe("creating", () => {
  test("an application with answers, a CV and a source; a second one of the same person is refused", async () => {
    const job = openJob(await all(kombo.ats.getJobs({ statuses: ["OPEN"], page_size: 250 })));
    const request = {
      job_id: job.id,
      body: {
        candidate: applicant("Aino", "Virtanen"),
        stage_id: job.stages[0].id,
        attachments: [{ name: "cv.pdf", type: "CV", content_type: "application/pdf", data: pdf.toString("base64") }],
        source: { name: "Referral" },
        gdpr_consent: { given: true, expires_at: new Date("2028-01-01T00:00:00Z") },
        screening_question_answers: answersTo(job),
      },
    };
    const { data } = await kombo.ats.createApplication(request);
    assert.equal(data.outcome, "PENDING");
    assert.equal(data.job.id, job.id);
    assert.equal(data.candidate.first_name, "Aino");
    const read = await one(kombo.ats.getApplications({ ids: [data.id] }));
    assert.equal(read.current_stage.id, job.stages[0].id);
    await assert.rejects(kombo.ats.createApplication(request), code("ATS.APPLICATION_ALREADY_EXISTS"));
  });

  test("an application to a closed job is refused, by its remote id too", async () => {
    const closed = (await all(kombo.ats.getJobs({ statuses: ["CLOSED"], page_size: 250 })))[0];
    for (const job_id of [closed.id, `remote:${closed.remote_id}`]) {
      await assert.rejects(
        kombo.ats.createApplication({ job_id, body: { candidate: applicant("Eero", "Laine") } }),
        code("ATS.JOB_CLOSED"),
      );
    }
  });

  test("a candidate, for a job", async () => {
    const job = openJob(await all(kombo.ats.getJobs({ statuses: ["OPEN"], page_size: 250 })));
    const { data } = await kombo.ats.createCandidate({
      candidate: applicant("Sami", "Koskinen"),
      application: { job_id: job.id },
      screening_question_answers: answersTo(job),
    });
    assert.equal(data.last_name, "Koskinen");
    assert.equal(data.applications.length, 1);
    assert.equal((await one(kombo.ats.getCandidates({ ids: [data.id] }))).first_name, "Sami");
  });

  test("a tracked application is imported under its own id", async () => {
    const application = (await pending()).find((a) => a.remote_id);
    const tracked_at = new Date("2026-11-01T09:00:00Z");
    const { data } = await kombo.ats.importTrackedApplication({
      greenhouse: { id_type: "application_id", application_id: application.remote_id },
      tracked_at,
    });
    assert.ok(data.id);
    assert.equal(data.tracked_at.getTime(), tracked_at.getTime());
  });
});

test("all 26 operations were called", () => {
  const wanted = [
    "GET /check-api-key", "GET /integrations/{id}",
    "GET /ats/applications", "GET /ats/candidates", "GET /ats/jobs", "GET /ats/interviews", "GET /ats/offers",
    "GET /ats/users", "GET /ats/roles", "GET /ats/tags", "GET /ats/application-stages", "GET /ats/rejection-reasons",
    "PUT /ats/applications/{id}/stage", "POST /ats/applications/{id}/reject", "POST /ats/applications/{id}/notes",
    "POST /ats/applications/{id}/result-links",
    "POST /ats/applications/{id}/attachments", "GET /ats/applications/{id}/attachments",
    "POST /ats/candidates", "POST /ats/candidates/{id}/tags", "DELETE /ats/candidates/{id}/tags",
    "POST /ats/candidates/{id}/result-links",
    "POST /ats/candidates/{id}/attachments", "GET /ats/candidates/{id}/attachments",
    "POST /ats/jobs/{id}/applications", "POST /ats/import-tracked-application",
  ];
  assert.deepEqual([...called].toSorted(), wanted.toSorted());
});
