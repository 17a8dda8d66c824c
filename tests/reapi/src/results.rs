//! The cache of results.

use crate::counts::Counts;
use crate::farm::lock;
use crate::server::Service;
use bazel_remote_apis::build::bazel::remote::execution::v2 as proto;
use proto::action_cache_server::ActionCache;
use proto::{ActionResult, GetActionResultRequest, UpdateActionResultRequest};
use tonic::{Request, Response, Status, async_trait};

#[async_trait]
impl ActionCache for Service {
    async fn get_action_result(
        &self,
        request: Request<GetActionResultRequest>,
    ) -> Result<Response<ActionResult>, Status> {
        let hash = self.admit(request)?.action_digest.unwrap_or_default().hash;
        let result = lock(&self.0.results).get(&hash).cloned();
        result.map(Response::new).ok_or_else(|| Status::not_found("no result"))
    }

    async fn update_action_result(
        &self,
        request: Request<UpdateActionResultRequest>,
    ) -> Result<Response<ActionResult>, Status> {
        let request = self.admit(request)?;
        let (digest, result) = (request.action_digest.unwrap_or_default(), request.action_result);
        let result = result.ok_or_else(|| Status::invalid_argument("no result"))?;
        let outputs = result.output_files.iter().filter_map(|file| file.digest.as_ref());
        if outputs.chain([&digest]).any(|digest| self.0.store.get(&digest.hash).is_none()) {
            return Err(Status::failed_precondition("a content is missing"));
        }
        Counts::add(&self.0.counts.written_results, 1);
        lock(&self.0.results).insert(digest.hash, result.clone());
        Ok(Response::new(result))
    }
}
