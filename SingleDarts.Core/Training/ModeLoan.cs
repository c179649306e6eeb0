using TorchSharp;

namespace SingleDarts.Core.Training;

/// <summary>Puts a network into training or evaluation mode until it is disposed, then each of its modules back into its own.</summary>
internal readonly struct ModeLoan : IDisposable
{
    private readonly List<(torch.nn.Module Module, bool Training)> modes;

    public ModeLoan(torch.nn.Module network, bool training)
    {
        modes = [.. network.modules().Prepend(network).Select(module => (module, module.training))];
        network.train(training);
    }

    public void Dispose()
    {
        foreach (var (module, training) in modes)
            module.train(training);
    }
}
