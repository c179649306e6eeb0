using System.Runtime.InteropServices;

namespace PaperTables.CommandLine;

/// <summary>
/// Turns Ctrl+C and SIGTERM into a cancellation, so that a search saves its checkpoint before the process ends. A second Ctrl+C ends
/// it at once; further SIGTERMs do not, because batch systems send several and end with SIGKILL.
/// </summary>
internal sealed class Termination : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private int exitCode = ExitCode.Interrupted;

    public Termination() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Cancel(context, ExitCode.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Cancel(context, ExitCode.Terminated)),
    ];

    public CancellationToken Token => source.Token;

    /// <summary>130 after Ctrl+C, 143 after SIGTERM.</summary>
    public int ExitCodeOfSignal => exitCode;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Cancel(PosixSignalContext context, int code)
    {
        try
        {
            context.Cancel = code == ExitCode.Terminated || !source.IsCancellationRequested;
            if (source.IsCancellationRequested)
                return;
            exitCode = code;
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            context.Cancel = false;
        }
    }
}
