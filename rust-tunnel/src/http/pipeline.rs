//! The whole path of a request, top to bottom. `docs/LIFECYCLE.md` draws it.

use http::{Method, Response};

use super::body::ResponseBody;
use super::form::Form;
use super::front::Front;
use super::headers::{CONTEXT, Headers, REQUEST_ID};
use super::io::guard::SentHead;
use super::media::Media;
use super::persistence::Persistence;
use super::rejection::Rejection;
use super::request::{Peers, Request};
use super::respond::{Answer, Cut};
use super::route::{self, Operation};
use super::upload::Upload;
use super::{auth, cors, loopback, media};
use crate::backend::{Admission, Backend, BackendError};
use crate::protocol::{Body, Call, Content, Head, Interim, Reply, RequestId, Target};

/// Answers one request.
pub(super) async fn serve<B: Backend>(
    front: &Front<B>,
    request: Request,
) -> Result<Response<ResponseBody>, Cut> {
    let Request { head, peers, interim, body } = request;
    let persistence = Persistence::of(&head);
    let cors = cors::Grant::resolve(&front.config.cors, head.headers(), front.backend.as_ref()).await;
    let mut answer = Answer { persistence, http10: head.http10, cors, request_id: None };
    let mut upload = Upload::new(body, head.expects_continue, &front.config);

    let outcome = run(front, head, peers, interim, &mut answer, &mut upload).await;
    if front.is_closing() {
        answer.persistence = Persistence::Close;
    }
    let is_over = !matches!(&outcome, Ok(Outcome::Reply(Reply { body: Body::Stream(_), .. })));
    answer.persistence = upload.discard(answer.persistence, is_over);
    let response = match outcome {
        Ok(Outcome::Reply(reply)) => answer.reply(reply, &front.config),
        Ok(Outcome::Preflight(asked)) => answer.preflight(asked, &front.config),
        Err(Rejection::Backend(BackendError::Cut)) => return Err(Cut),
        Err(rejection) => answer.refuse(&rejection, &front.config, front.backend.as_ref()),
    };
    front.stats.count(response.status());
    Ok(response)
}

enum Outcome {
    Reply(Reply),
    Preflight(cors::Asked),
}

async fn run<B: Backend>(
    front: &Front<B>,
    head: SentHead,
    peers: Peers,
    interim: Interim,
    answer: &mut Answer,
    upload: &mut Upload,
) -> Result<Outcome, Rejection> {
    let Front { config, backend, .. } = front;
    let (method, headers) = (head.method(), head.headers());
    loopback::check(&config.auth, &config.cors, headers)?; // 403
    let route = route::find(&config.base_path, head.target()).ok_or(Rejection::Outside)?; // 404
    if method == Method::OPTIONS {
        return Ok(Outcome::Preflight(cors::Asked::of(headers))); // 204
    }
    let request_id = RequestId::accept_or_generate(headers.all(&REQUEST_ID));
    answer.request_id = Some(request_id.clone());
    let operation = route.operation(&method, config.disable_discovery)?; // 404, 405
    let authenticated = auth::check(&config.auth, &head, &request_id, backend.as_ref())?; // 401, 500
    let has_context = headers.first(&CONTEXT).is_some();
    let SentHead { raw, trailers, .. } = head;
    let head = Head { request_id, raw, trailers, peers, authenticated, has_context };
    let reply = match operation {
        Operation::Discover => backend.discover(&head).await?,
        Operation::Call(target) => {
            let media = media::of(target.kind, Headers::of(&head.raw));
            call(front, target, head, interim, media, upload).await?
        }
    };
    Ok(Outcome::Reply(reply))
}

async fn call<B: Backend>(
    Front { config, backend, .. }: &Front<B>,
    target: Target,
    head: Head,
    interim: Interim,
    media: Media,
    upload: &mut Upload,
) -> Result<Reply, Rejection> {
    let mut admitted = false;
    let content = match media {
        // A body that is here already travels with the call, and JavaScript keeps the order 401, 403, 404, 400.
        Media::Json => {
            if !upload.is_complete().await {
                match backend.admit(&target, &head).await? {
                    Admission::Accepted => admitted = true,
                    Admission::Refused(reply) => return Ok(reply), // 401, 403, 404
                }
            }
            Content::Json(upload.finish().await?) // 400, 408, 413
        }
        // JavaScript asks for what it wants to read, if it has admitted the call.
        Media::Octets => Content::Octets(upload.take_along().await),
        Media::Multipart(media) => {
            Content::Form(Form::pieces(&media, upload.lend(), config.limits.multipart))
        }
    };
    let running = backend.call(Call { target, head, admitted, content, interim });
    match config.timeouts.handler {
        None => Ok(running.await?), // 502, 503, and whatever JavaScript answers
        Some(limit) => tokio::time::timeout(limit, running)
            .await
            .map_err(|_| Rejection::HandlerTimeout)?
            .map_err(Into::into),
    }
}

#[cfg(test)]
mod tests;
