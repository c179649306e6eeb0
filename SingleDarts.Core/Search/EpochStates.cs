using System.Globalization;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>States after earlier epochs that rules may return to, in the host's memory and in every checkpoint.</summary>
internal sealed class EpochStates : IResumable, IDisposable
{
    private readonly Dictionary<int, Dictionary<string, Tensor>> states = [];

    /// <summary>Keeps the states of some epochs and drops the others.</summary>
    /// <param name="epochs">Numbers of the epochs.</param>
    /// <param name="last">The epoch that has ended.</param>
    /// <param name="parts">Prefixes and parts of which a state consists.</param>
    public void Keep(IReadOnlySet<int> epochs, int last, IEnumerable<(string Prefix, IResumable Part)> parts)
    {
        foreach (int dropped in states.Keys.Except(epochs).ToArray())
            Drop(dropped);
        if (!epochs.Contains(last) || states.ContainsKey(last))
            return;
        using var scope = NewDisposeScope();
        states[last] = parts.SelectMany(part => UserPart.Result(
            part.Part, () => $"SaveState of '{part.Prefix}'", "tensors, or none", part.Part.SaveState)
            .Select(entry => (Name: part.Prefix + entry.Key, entry.Value))).ToDictionary(entry => entry.Name, entry => Copy(entry.Value));
    }

    /// <summary>Puts parts back into the state after an epoch that was kept.</summary>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="parts">The parts, which may be new ones.</param>
    public void Restore(int epoch, IEnumerable<(string Prefix, IResumable Part)> parts)
    {
        using var scope = NewDisposeScope();
        foreach (var (prefix, part) in parts)
            UserPart.Call(part, () => $"LoadState of '{prefix}' after a return to epoch {epoch}", () => part.LoadState(
                states[epoch].Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value)));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> SaveState() => states.SelectMany(state => state.Value
        .Select(entry => (Name: string.Create(CultureInfo.InvariantCulture, $"{state.Key}/{entry.Key}"), entry.Value)))
        .ToDictionary(entry => entry.Name, entry => entry.Value);

    /// <inheritdoc/>
    public void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        foreach (int epoch in states.Keys.ToArray())
            Drop(epoch);
        foreach (var (name, tensor) in saved)
        {
            int slash = name.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || !int.TryParse(name.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out int epoch))
                throw new InvalidDataException($"{Quoted.Of(name)} is no tensor of an epoch; expected <epoch>/<name>.");
            if (!states.TryGetValue(epoch, out Dictionary<string, Tensor>? state))
                states[epoch] = state = [];
            state[name[(slash + 1)..]] = Copy(tensor);
        }
    }

    public void Dispose()
    {
        foreach (int epoch in states.Keys.ToArray())
            Drop(epoch);
    }

    private void Drop(int epoch)
    {
        if (states.Remove(epoch, out Dictionary<string, Tensor>? state))
            foreach (Tensor tensor in state.Values)
                tensor.Dispose();
    }

    private static Tensor Copy(Tensor tensor)
    {
        using var _ = no_grad();
        return tensor.detach().to(CPU, copy: true).DetachFromDisposeScope();
    }
}
