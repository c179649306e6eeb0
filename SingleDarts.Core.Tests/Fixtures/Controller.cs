using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>ENAS in small: a network of its own samples the paths; REINFORCE moves it in further steps.</summary>
internal sealed record Controller(int ControllerSteps = 2) : IOptimizationScheme
{
    private int disposed;

    public string Name => "controller";

    /// <summary>State of the test, not a setting.</summary>
    public int Disposed { get => disposed; private set => disposed = value; }

    public SampleAllocation Allocate(long samples, Generator generator) =>
        SampleAllocation.Split(samples, 0.5, generator, ArchitectureSampling.None);

    public IOptimizationScheme Begin(StepContext step) => new Running(this, step.Supernet.Space.Cells[0]);

    public StepOutcome Step(StepContext step) => throw new InvalidOperationException("Begin makes the scheme of a run.");

    private sealed class Running : IOptimizationScheme, IResumable, IDisposable
    {
        private readonly Controller description;
        private readonly CellSpecification cell;
        private readonly nn.Module<Tensor, Tensor> network;
        private readonly ScheduledOptimizer optimizer;
        private double baseline;

        public Running(Controller description, CellSpecification cell)
        {
            this.description = description;
            this.cell = cell;
            network = nn.Linear(1, cell.Topology.Edges.Count * cell.Operations.Count);
            optimizer = new ScheduledOptimizer(OptimizerSettings.Default.Adam(0.05, 0, 0.999), [.. network.named_parameters()]);
        }

        public string Name => description.Name;

        private Tensor LogProbabilities =>
            network.call(ones(1)).reshape(cell.Topology.Edges.Count, cell.Operations.Count).log_softmax(-1);

        public SampleAllocation Allocate(long samples, Generator generator) => description.Allocate(samples, generator);

        public int FurtherSteps(int weightSteps) => description.ControllerSteps;

        public Genotype Draw(SearchSpace space, Generator generator)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            return Sample(generator).Path;
        }

        public StepOutcome Step(StepContext step)
        {
            if (step.HasBatches)
            {
                Genotype path = Draw(step.Supernet.Space, step.Generator);
                return new StepOutcome(step.UpdateWeights(batch => step.Evaluate(batch, path)));
            }
            using var scope = NewDisposeScope();
            var (drawn, logProbability) = Sample(step.Generator);
            long n = ((long)step.Position.Epoch * description.ControllerSteps) + step.Step - step.WeightSteps;
            double reward = step.Accuracy(drawn, step.EvaluationBatch(n, 8));
            optimizer.ZeroGrad();
            StepContext.Backward(logProbability.Times(baseline - reward), optimizer);
            optimizer.Step();
            baseline += 0.1 * (reward - baseline);
            return new StepOutcome(null);
        }

        public IReadOnlyDictionary<string, Tensor> SaveState() => network.state_dict().Select(w => ("network/" + w.Key, w.Value))
            .Concat(optimizer.SaveState().Select(s => ("optimizer/" + s.Key, s.Value))).Append(("baseline", tensor(baseline)))
            .ToDictionary(entry => entry.Item1, entry => entry.Item2);

        public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
        {
            if (saved.Count == 0)
                return;
            network.load_state_dict(Of("network/"));
            optimizer.LoadState(Of("optimizer/"));
            baseline = saved["baseline"].item<double>();

            Dictionary<string, Tensor> Of(string prefix) => saved.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
        }

        public void Dispose()
        {
            optimizer.Dispose();
            network.Dispose();
            Interlocked.Increment(ref description.disposed);
        }

        private (Genotype Path, Tensor LogProbability) Sample(Generator generator)
        {
            Tensor all = LogProbabilities;
            Tensor columns = all.detach().exp().multinomial(1, generator: generator);
            return (new Genotype(cell.Path([.. columns.flatten().data<long>().Select(k => (int)k)])), all.gather(1, columns).sum());
        }
    }
}
