using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>An observer that goes on after a resume where it stopped: what it must know is part of every checkpoint.</summary>
public interface IResumableObserver : ISearchObserver
{
    /// <summary>Name of the state in checkpoints; no two observers of a search share one.</summary>
    string Name { get; }

    /// <summary>What the observer must know, by name; the tensors stay the observer's.</summary>
    IReadOnlyDictionary<string, Tensor> SaveState();

    /// <summary>Called once before <see cref="ISearchObserver.OnStarted"/>.</summary>
    /// <param name="saved">
    /// What the checkpoint holds of this observer, on the CPU and alive during the call; empty at the start of a search.
    /// </param>
    void LoadState(IReadOnlyDictionary<string, Tensor> saved);
}
