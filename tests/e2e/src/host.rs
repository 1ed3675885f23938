//! A host that sends and waits itself, as an event loop does.

use std::task::Waker;

use dollr_client::core::{Bearer, Request, Response};
use dollr_client::{Error, Step, Steps};

use crate::World;

/// An HTTP client, and the world's clock to sleep by.
#[derive(Debug)]
pub struct Host<'a> {
    world: &'a World,
    agent: ureq::Agent,
    /// How many requests it has sent.
    pub sends: usize,
}

impl<'a> Host<'a> {
    /// Of this world.
    pub fn new(world: &'a World) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { world, agent: ureq::Agent::new_with_config(config), sends: 0 }
    }

    /// Sends it once.
    pub fn send(&mut self, request: &Request, bearer: Option<&Bearer>) -> Response {
        self.sends += 1;
        let uri = format!("{}{}", self.world.sim.base_url(), request.path);
        let mut head = ureq::http::Request::builder().method(request.method.as_str()).uri(uri);
        for (name, value) in request.headers() {
            head = head.header(name, value);
        }
        if let Some(bearer) = bearer {
            head = head.header("authorization", format!("Bearer {}", bearer.secret.expose()));
        }
        let body = request.body.as_ref().map_or("", |body| body.expose()).to_owned();
        let mut answer = self.agent.run(head.body(body).expect("a request")).expect("an answer");
        let status = answer.status().as_u16();
        Response::new(status, answer.body_mut().read_to_vec().expect("a body"))
    }

    /// One step, and the result where it was the last one.
    pub fn step<T>(&mut self, steps: &mut Steps<T>) -> Option<Result<T, Error>> {
        let step = steps.next(Waker::noop());
        self.act(step, steps)
    }

    /// Does what a step says; the result where it was the last one.
    pub fn act<T>(&mut self, step: Step<T>, steps: &mut Steps<T>) -> Option<Result<T, Error>> {
        match step {
            Step::Send(request, bearer) => steps.answered(self.send(&request, bearer.as_ref())),
            Step::Wait(until) => self.world.sim.clock().advance_to(until.expect("a moment").as_millis()),
            Step::Done(result) => return Some(result),
        }
        None
    }

    /// Until the end.
    pub fn run<T>(&mut self, mut steps: Steps<T>) -> Result<T, Error> {
        loop {
            if let Some(result) = self.step(&mut steps) {
                return result;
            }
        }
    }
}
