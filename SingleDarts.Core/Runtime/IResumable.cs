using static TorchSharp.torch;

namespace SingleDarts.Core.Runtime;

/// <summary>
/// A part of a run that has state. A scheme, relaxation, edge decorator, derivation, penalty, epoch rule or observer that implements
/// it is saved with every checkpoint and restored at a resume; nothing has to be registered. Two such parts of one kind must differ in
/// their names.
/// </summary>
public interface IResumable
{
    /// <summary>
    /// The state by name. It is read at once, on the thread of the run and inside a dispose scope, so that tensors made here are freed
    /// afterwards; tensors that the part keeps are left as they are.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> SaveState();

    /// <summary>Called once before the first step: restores the state at a resume, and otherwise returns to the state of a start. At a
    /// resume an epoch rule is first returned to the state of a start, and asked again for the epochs that are done.</summary>
    /// <param name="saved">
    /// What <see cref="SaveState"/> returned, on the CPU and alive during the call; empty at the start of a run, and if the part was not in
    /// the run when the checkpoint was saved.
    /// </param>
    /// <exception cref="InvalidDataException">The saved state does not fit; the message names the entry.</exception>
    void LoadState(IReadOnlyDictionary<string, Tensor> saved);
}
