//! The judge of a schedule: three models of how long payments take, what a sequence of questions costs on them, and
//! the least that any sequence can cost, by an exact dynamic program. All times are seconds since the payment was sent.
//!
//! A payment that completes is found out at the first question after it. One that has not completed by the horizon
//! was asked about up to the horizon, and those questions count: nobody knows beforehand which payments these are.
//! The delay is the mean over all payments, those that never complete within the horizon waiting for nothing.

/// The half hour that is judged, in seconds; the last question is asked at its end.
pub(crate) const HORIZON: f64 = 1_800.0;

/// How long payments take to complete: a mixture of laws, with their shares.
pub(crate) struct Model {
    pub(crate) name: &'static str,
    pub(crate) laws: &'static [(f64, Law)],
}

#[derive(Clone, Copy)]
pub(crate) enum Law {
    LogNormal { median: f64, sigma: f64 },
    Weibull { shape: f64, scale: f64 },
}

/// The three models of mobile-money payments.
pub(crate) const MODELS: [Model; 3] = [
    Model { name: "log-normal 25 s σ 0.9", laws: &[(1.0, Law::LogNormal { median: 25.0, sigma: 0.9 })] },
    Model {
        name: "70 % log-normal 15 s σ 0.5, 30 % 180 s σ 0.8",
        laws: &[
            (0.7, Law::LogNormal { median: 15.0, sigma: 0.5 }),
            (0.3, Law::LogNormal { median: 180.0, sigma: 0.8 }),
        ],
    },
    Model { name: "Weibull k 0.6 λ 60 s", laws: &[(1.0, Law::Weibull { shape: 0.6, scale: 60.0 })] },
];

/// Models that nothing was chosen by: a hazard that grows, and two groups of payers far apart.
pub(crate) const UNSEEN: [Model; 2] = [
    Model { name: "Weibull k 1.4 λ 40 s", laws: &[(1.0, Law::Weibull { shape: 1.4, scale: 40.0 })] },
    Model {
        name: "60 % log-normal 12 s σ 0.5, 40 % 120 s σ 0.4",
        laws: &[
            (0.6, Law::LogNormal { median: 12.0, sigma: 0.5 }),
            (0.4, Law::LogNormal { median: 120.0, sigma: 0.4 }),
        ],
    },
];

/// What a sequence of questions costs on average.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) polls: f64,
    /// Seconds from a payment's completion to the question that finds it out.
    pub(crate) delay: f64,
}

impl Model {
    /// The share of payments that have completed by `t`.
    pub(crate) fn completed(&self, t: f64) -> f64 {
        self.laws.iter().map(|(share, law)| share * law.completed(t)).sum()
    }

    /// How long, by `t`, payments have been complete on average: the integral of `completed`.
    fn waited(&self, t: f64) -> f64 {
        self.laws.iter().map(|(share, law)| share * (t * law.completed(t) - law.mean_until(t))).sum()
    }

    /// What it costs to ask at these times and at the horizon.
    pub(crate) fn cost(&self, times: &[f64]) -> Cost {
        let mut cost = Cost::default();
        let (mut last, mut completed, mut waited) = (0.0, 0.0, 0.0);
        for &t in times.iter().take_while(|&&t| t < HORIZON).chain([&HORIZON]) {
            let until = self.waited(t);
            cost.polls += 1.0 - completed;
            cost.delay += until - waited - (t - last) * completed;
            (last, completed, waited) = (t, self.completed(t), until);
        }
        cost
    }

    /// The mean over several sequences of questions, such as those of as many reference ids.
    pub(crate) fn mean_cost(&self, sequences: &[Vec<f64>]) -> Cost {
        let mut sum = Cost::default();
        for cost in sequences.iter().map(|times| self.cost(times)) {
            sum.polls += cost.polls;
            sum.delay += cost.delay;
        }
        let count = f64::from(u32::try_from(sequences.len()).expect("few sequences"));
        Cost { polls: sum.polls / count, delay: sum.delay / count }
    }
}

impl Law {
    fn completed(self, t: f64) -> f64 {
        match self {
            _ if t <= 0.0 => 0.0,
            Self::LogNormal { median, sigma } => normal((t / median).ln() / sigma),
            Self::Weibull { shape, scale } => -(-(t / scale).powf(shape)).exp_m1(),
        }
    }

    /// The mean of the completion time, where one after `t` counts nought.
    fn mean_until(self, t: f64) -> f64 {
        match self {
            _ if t <= 0.0 => 0.0,
            Self::LogNormal { median, sigma } => {
                let mean = median * (sigma * sigma / 2.0).exp();
                mean * normal((t / median).ln() / sigma - sigma)
            }
            Self::Weibull { shape, scale } => scale * lower_gamma(1.0 + 1.0 / shape, (t / scale).powf(shape)),
        }
    }
}

/// The standard normal distribution, by Marsaglia's series.
fn normal(z: f64) -> f64 {
    if z.abs() > 7.0 {
        return if z > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut term, mut sum, mut odd) = (z, z, 1.0);
    while term.abs() > 1e-17 {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    0.5 + sum * (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// The lower incomplete gamma function, by its series.
fn lower_gamma(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    while term > sum * 1e-17 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum * x.powf(a) * (-x).exp()
}

/// The cheapest ways to ask, where questions may be asked at the multiples of a step.
pub(crate) struct Optimum {
    /// For each such time: the time, the share completed by then, and how long complete on average.
    grid: Vec<(f64, f64, f64)>,
}

impl Optimum {
    /// For `model`, with a `step` in seconds that divides the horizon.
    pub(crate) fn over(model: &Model, step: f64) -> Self {
        let times = (0_u32..).map(|i| f64::from(i) * step).take_while(|&t| t < HORIZON + step / 2.0);
        Self { grid: times.map(|t| (t, model.completed(t), model.waited(t))).collect() }
    }

    /// The fewest questions at a mean delay of at most `delay`, where two ways of asking may be mixed: the lower convex
    /// envelope of all (delay, polls), found from below as the greatest `least(price) − price · delay`.
    pub(crate) fn polls_at(&self, delay: f64) -> f64 {
        let bound = |log_price: f64| self.least(log_price.exp()) - log_price.exp() * delay;
        // It is concave in the price, so the greatest is found by narrowing down.
        let (mut low, mut high) = (-24.0, 6.0);
        while high - low > 1e-4 {
            let third = (high - low) / 3.0;
            if bound(low + third) < bound(high - third) {
                low += third;
            } else {
                high -= third;
            }
        }
        bound(f64::midpoint(low, high))
    }

    /// The least possible `polls + price · delay`.
    ///
    /// From the horizon backwards: having asked at `i` in vain, the best next question is the `j` with the least
    /// `polls + price · (waited[j] − waited[i] − (t[j] − t[i]) · completed[i]) + least from j on`. Seen from `i` each
    /// `j` is a straight line in `completed[i]`. Those values fall as the slopes grow, so the lines that can still be
    /// the lowest make up a queue, and the whole program takes linear time.
    pub(crate) fn least(&self, price: f64) -> f64 {
        let mut lines: Vec<Line> = Vec::with_capacity(self.grid.len());
        let (mut lowest, mut rest) = (0, 0.0);
        for pair in self.grid.windows(2).rev() {
            let [(t, completed, waited), (next_t, _, next_waited)] = *pair else { unreachable!() };
            let line = Line { slope: -price * next_t, height: price * next_waited + rest };
            while lines.len() > lowest + 1 && line.hides(lines[lines.len() - 1], lines[lines.len() - 2]) {
                lines.pop();
            }
            lines.push(line);
            while lines.get(lowest + 1).is_some_and(|line| line.at(completed) <= lines[lowest].at(completed))
            {
                lowest += 1;
            }
            rest = 1.0 - completed + price * (t * completed - waited) + lines[lowest].at(completed);
        }
        rest
    }
}

#[derive(Clone, Copy)]
struct Line {
    slope: f64,
    height: f64,
}

impl Line {
    fn at(self, x: f64) -> f64 {
        self.height + self.slope * x
    }

    /// Where this line and the other meet.
    fn meets(self, other: Self) -> f64 {
        (self.height - other.height) / (other.slope - self.slope)
    }

    /// Whether `middle` is nowhere the lowest of three, whose slopes grow from `first` over `middle` to this one.
    fn hides(self, middle: Self, first: Self) -> bool {
        self.meets(middle) >= middle.meets(first)
    }
}
